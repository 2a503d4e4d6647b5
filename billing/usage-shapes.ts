import type { UnitCounts } from './units.ts';
import { MAX_REPORTED_TOKENS, noUsage, type ReportedUsage, type Usage, usageFromOpenAi } from './usage.ts';

/** The shape of OpenAI's newer routes: the same meaning as in chat, under other names. */
export function usageFromResponses(raw: unknown): ReportedUsage | undefined {
  if (!isRecord(raw) || (raw.input_tokens == null && raw.output_tokens == null)) return undefined;
  return usageFromOpenAi({
    prompt_tokens: raw.input_tokens ?? 0,
    completion_tokens: raw.output_tokens ?? 0,
    total_tokens: raw.total_tokens,
    prompt_tokens_details: raw.input_tokens_details ?? raw.input_token_details,
    completion_tokens_details: raw.output_tokens_details ?? raw.output_token_details,
  });
}

/** Image models that count tokens: output that is not called text is image. */
export function usageFromImages(raw: unknown): ReportedUsage | undefined {
  const reported = usageFromResponses(raw);
  if (!reported || !isRecord(raw) || isRecord(raw.output_tokens_details)) return reported;
  const { usage, consistent } = reported;
  return { usage: { ...usage, output: 0, imageOutput: usage.output }, consistent };
}

/** Transcriptions count tokens, or the seconds of what was heard: a started second is a second. */
export function usageFromTranscription(raw: unknown): ReportedUsage | undefined {
  if (!isRecord(raw)) return undefined;
  if (raw.type === 'duration' || raw.seconds != null) {
    const seconds = secondsOf(raw.seconds);
    return seconds === undefined ? undefined : { usage: unitsUsed({ second: seconds }), consistent: true };
  }
  const reported = usageFromResponses(raw);
  if (!reported || isRecord(raw.input_token_details) || isRecord(raw.input_tokens_details)) return reported;
  const { usage, consistent } = reported;
  return { usage: { ...usage, input: 0, audioInput: usage.input }, consistent };
}

/** Rerankers report tokens, or searches in Cohere's way (`meta.billed_units`). An answer is one search at least. */
export function usageFromRerank(answer: unknown): ReportedUsage | undefined {
  if (!isRecord(answer)) return undefined;
  const meta = isRecord(answer.meta) ? answer.meta : {};
  const billed = isRecord(meta.billed_units) ? meta.billed_units : {};
  const tokens = isRecord(answer.usage) ? answer.usage : billed;
  const prompt = tokens.prompt_tokens ?? tokens.input_tokens ?? tokens.total_tokens;
  const searches = wholeCount(billed.search_units);
  if (prompt == null && searches === undefined) return undefined;
  const reported = usageFromOpenAi({ prompt_tokens: prompt ?? 0, completion_tokens: tokens.output_tokens });
  if (!reported) return undefined;
  return { ...reported, usage: { ...reported.usage, units: { search: Math.max(1, searches ?? 1) } } };
}

/** Adds counts to a report. */
export function withUnits(reported: ReportedUsage, units: UnitCounts | undefined): ReportedUsage {
  if (!units || Object.keys(units).length === 0) return reported;
  return {
    ...reported,
    usage: { ...reported.usage, units: { ...reported.usage.units, ...units } },
  };
}

export function unitsUsed(units: UnitCounts): Usage {
  return { ...noUsage, units };
}

/** Started seconds; `undefined` for what cannot be a duration. */
export function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MAX_REPORTED_TOKENS
    ? Math.ceil(value)
    : undefined;
}

/** A count that a report may hold. */
export function wholeCount(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value);
  return isCount && value >= 0 && value <= MAX_REPORTED_TOKENS ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
