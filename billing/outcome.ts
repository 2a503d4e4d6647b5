import { atLeastOutput, noUsage, type ReportedUsage, type Usage } from './usage.ts';

/** How a call ended. Stored as the reason on its usage row. */
export type Outcome = 'finished' | 'refused' | 'upstream_failed' | 'caller_left' | 'broken' | 'voided';

/** What is charged for it. */
export interface Verdict {
  outcome: Outcome;
  usage: Usage;
  /** Not, or not only, what the upstream reported. */
  estimated: boolean;
  billed: boolean;
}

/** What was seen of an answer. */
export interface AnswerFacts {
  reported: ReportedUsage | undefined;
  /** Output tokens estimated from the content that passed. */
  countedOutput: number;
  /** The same of sound, which has a price of its own. */
  countedAudio?: number;
  /** The prompt, estimated: for when nothing is reported. */
  estimatedInput: Usage;
  callerLeft: boolean;
}

export interface StreamFacts extends AnswerFacts {
  /** Something was passed on: what nobody got is not charged when the stream fails. */
  delivered: boolean;
  /** What is reported includes output, and not only the prompt. */
  reportsOutput: boolean;
  /** The terminator came. */
  terminated: boolean;
  /** The connection was lost, or the stream said that it failed. */
  broke: boolean;
}

/** A stream: each line of the specification's table, in order. */
export function judgeStream(facts: StreamFacts): Verdict {
  const { reported, delivered, reportsOutput, callerLeft, terminated, broke } = facts;
  const passed = facts.countedOutput + (facts.countedAudio ?? 0) > 0;
  // A prompt that was read is billed to us although its caller has left.
  if (callerLeft) return reported || passed ? cutShort('caller_left', facts) : nothing('caller_left');
  const produced = delivered && (passed || reportsOutput);
  if (broke) return produced ? cutShort('broken', facts) : nothing('upstream_failed');
  if (reported) return asReported('finished', reported);
  if (terminated) return asCounted('finished', facts);
  return produced ? asCounted('broken', facts) : nothing('upstream_failed');
}

/** A plain answer that came whole. One that did not is `nothing('upstream_failed')`: the caller got none of it. */
export function judgePlain(facts: AnswerFacts): Verdict {
  const outcome = facts.callerLeft ? 'caller_left' : 'finished';
  return facts.reported ? asReported(outcome, facts.reported) : asCounted(outcome, facts);
}

export function nothing(outcome: Outcome): Verdict {
  return { outcome, usage: noUsage, estimated: false, billed: false };
}

function asReported(outcome: Outcome, { usage, consistent }: ReportedUsage): Verdict {
  return { outcome, usage, estimated: !consistent, billed: true };
}

function asCounted(outcome: Outcome, facts: AnswerFacts): Verdict {
  const { estimatedInput, countedOutput: output, countedAudio: audioOutput = 0 } = facts;
  return { outcome, usage: { ...estimatedInput, output, audioOutput }, estimated: true, billed: true };
}

/** What was produced until then: what was reported so far, or what passed if that is more. */
function cutShort(outcome: Outcome, facts: AnswerFacts): Verdict {
  if (!facts.reported) return asCounted(outcome, facts);
  const usage = atLeastOutput(facts.reported.usage, facts.countedOutput, facts.countedAudio);
  const estimated = !facts.reported.consistent || usage !== facts.reported.usage;
  return { outcome, usage, estimated, billed: true };
}
