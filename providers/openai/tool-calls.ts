import type { UnitCounts } from '../../billing/units.ts';
import { isRecord } from './json.ts';

// Tools that the upstream runs itself, and bills by the call.
const builtInTools = new Set(['web_search', 'file_search', 'code_interpreter', 'image_generation']);
// What is held where the caller names no limit. Few answers search more often.
const CALLS_TO_HOLD = 8;

/** What the tools of a request are held for. Versions of a tool (`web_search_20250305`) are priced as one. */
export function toolCallBound(
  tools: unknown,
  limitOf: (tool: Record<string, unknown>) => unknown,
): UnitCounts {
  const units: Record<string, number> = {};
  if (!Array.isArray(tools)) return units;
  for (const tool of tools) {
    const name = isRecord(tool) ? toolName(tool.type) : undefined;
    if (!name) continue;
    const limit = limitOf(tool);
    units[`tool:${name}`] = typeof limit === 'number' && limit > 0 ? Math.ceil(limit) : CALLS_TO_HOLD;
  }
  return units;
}

/** The calls among the items of a response's output. Opening a page that was found is no search. */
export function toolCallsIn(output: unknown): UnitCounts {
  const units: Record<string, number> = {};
  if (!Array.isArray(output)) return units;
  for (const item of output) {
    if (!isRecord(item) || typeof item.type !== 'string' || !item.type.endsWith('_call')) continue;
    const name = toolName(item.type.slice(0, -'_call'.length));
    const action = isRecord(item.action) ? item.action.type : undefined;
    if (!name || (action !== undefined && action !== 'search')) continue;
    units[`tool:${name}`] = (units[`tool:${name}`] ?? 0) + 1;
  }
  return units;
}

function toolName(type: unknown): string | undefined {
  if (typeof type !== 'string') return undefined;
  const name = type.replace(/_preview$|(_preview)?_\d[\d_]*$/, '');
  return builtInTools.has(name) ? name : undefined;
}
