import type { UnitCounts } from './units.ts';

/** What one call used, in disjoint buckets: no token is in two of them. */
export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  imageInput: number;
  imageOutput: number;
  audioInput: number;
  audioOutput: number;
  /** Of what is not counted in tokens; absent for most calls. */
  units?: UnitCounts;
}

export interface ReportedUsage {
  usage: Usage;
  /** The report's own parts and total agree. */
  consistent: boolean;
}

/** No model reads or writes this much in one call; a larger report is a fault, not usage. */
export const MAX_REPORTED_TOKENS = 100_000_000;

export const noUsage: Readonly<Usage> = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  imageInput: 0,
  imageOutput: 0,
  audioInput: 0,
  audioOutput: 0,
};

/**
 * OpenAI's chat usage: the details are inside prompt_tokens and completion_tokens.
 * `undefined` when there is no usage, or one that cannot be true (negative, fractional, text, absurd).
 */
export function usageFromOpenAi(raw: unknown): ReportedUsage | undefined {
  if (!isRecord(raw) || (raw.prompt_tokens == null && raw.completion_tokens == null)) return undefined;
  const promptDetails = detailsOf(raw.prompt_tokens_details);
  const outputDetails = detailsOf(raw.completion_tokens_details);
  const prompt = count(raw.prompt_tokens);
  const completion = count(raw.completion_tokens);
  if (Number.isNaN(prompt + completion)) return undefined;

  const cacheRead = count(promptDetails.cached_tokens ?? raw.prompt_cache_hit_tokens);
  const cacheWrite5m = count(promptDetails.cache_write_tokens);
  const imageInput = count(promptDetails.image_tokens);
  const audioInput = count(promptDetails.audio_tokens);
  const imageOutput = count(outputDetails.image_tokens);
  const audioOutput = count(outputDetails.audio_tokens);
  const outside = reasoningOutsideCompletion(
    raw.total_tokens,
    prompt + completion,
    outputDetails.reasoning_tokens,
  );
  const input = prompt - cacheRead - cacheWrite5m - imageInput - audioInput;
  const output = completion + outside - imageOutput - audioOutput;
  const total = raw.total_tokens == null ? prompt + completion + outside : count(raw.total_tokens);

  // Details larger than their whole, or not numbers: the whole is charged as plain tokens.
  if (!(input >= 0 && output >= 0))
    return { usage: { ...noUsage, input: prompt, output: completion + outside }, consistent: false };
  return {
    usage: {
      ...noUsage,
      input,
      output,
      cacheRead,
      cacheWrite5m,
      imageInput,
      imageOutput,
      audioInput,
      audioOutput,
    },
    consistent: total === prompt + completion + outside,
  };
}

/** Anthropic's usage: input_tokens excludes what was read from and written to the cache. */
export function usageFromAnthropic(raw: unknown): ReportedUsage | undefined {
  if (!isRecord(raw) || (raw.input_tokens == null && raw.output_tokens == null)) return undefined;
  const creation = detailsOf(raw.cache_creation);
  const input = count(raw.input_tokens);
  const output = count(raw.output_tokens);
  const cacheRead = count(raw.cache_read_input_tokens);
  const written = count(raw.cache_creation_input_tokens);
  const oneHour = count(creation.ephemeral_1h_input_tokens);
  const fiveMinutes = count(creation.ephemeral_5m_input_tokens);
  if (Number.isNaN(input + output + cacheRead + written + oneHour + fiveMinutes)) return undefined;
  // What the split does not cover was written for five minutes, the default.
  const cacheWrite5m = Math.max(fiveMinutes, written - oneHour);
  return {
    usage: { ...noUsage, input, output, cacheRead, cacheWrite5m, cacheWrite1h: oneHour },
    consistent: written === 0 || fiveMinutes + oneHour === 0 || written === fiveMinutes + oneHour,
  };
}

/** What was produced at least: the report, raised to the output that was seen to pass. */
export function atLeastOutput(reported: Usage, countedOutput: number, countedAudio = 0): Usage {
  const audioOutput = Math.max(reported.audioOutput, countedAudio);
  const missing = countedOutput + countedAudio - outputOf({ ...reported, audioOutput });
  if (missing <= 0 && audioOutput === reported.audioOutput) return reported;
  return { ...reported, audioOutput, output: reported.output + Math.max(0, missing) };
}

/** All tokens that came out. */
export function outputOf({ output, imageOutput, audioOutput }: Usage): number {
  return output + imageOutput + audioOutput;
}

/** Some upstreams count reasoning beside completion_tokens; then their total says so. */
function reasoningOutsideCompletion(total: unknown, sum: number, reasoning: unknown): number {
  const tokens = count(reasoning);
  return tokens > 0 && total === sum + tokens ? tokens : 0;
}

/** Absent is zero; what cannot be a count is NaN. */
function count(value: unknown): number {
  if (value == null) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) return Number.NaN;
  return value >= 0 && value <= MAX_REPORTED_TOKENS ? value : Number.NaN;
}

function detailsOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
