import { z } from 'zod';
import type { RatioTable } from '../billing/ratio-prices.ts';

const ratios = z.record(z.string(), z.string());
const tableSchema = z.object({
  model_ratio: ratios.optional(),
  completion_ratio: ratios.optional(),
  cache_ratio: ratios.optional(),
  create_cache_ratio: ratios.optional(),
  image_ratio: ratios.optional(),
  audio_ratio: ratios.optional(),
  audio_completion_ratio: ratios.optional(),
  model_price: ratios.optional(),
  group_ratio: ratios.optional(),
  tool_price: ratios.optional(),
});

/**
 * A table of ratios as similar platforms export it: `model_ratio` or `ModelRatio`, each an object or the JSON of one,
 * at the top or below `data`. Numbers keep the text that they have in the file.
 */
export function parseRatioFile(text: string): RatioTable {
  const parsed = exactJson(text);
  const top = isRecord(parsed) && isRecord(parsed.data) ? parsed.data : parsed;
  if (!isRecord(top)) throw new SyntaxError('The file must hold a JSON object');
  const named = Object.entries(top).map(([name, value]) => [
    snakeCase(name),
    typeof value === 'string' && value.startsWith('{') ? exactJson(value) : value,
  ]);
  const table = tableSchema.parse(Object.fromEntries(named));
  if (!table.model_ratio && !table.model_price)
    throw new SyntaxError('The file has neither model_ratio nor model_price');
  return table as RatioTable;
}

function exactJson(text: string): unknown {
  const keepText = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return JSON.parse(text, keepText as (key: string, value: unknown) => unknown);
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
