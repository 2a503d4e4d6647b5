import { describe, expect, it } from '@jest/globals';
import { judgePlain, judgeStream, type StreamFacts } from './outcome.ts';
import { noUsage } from './usage.ts';

const reported = { usage: { ...noUsage, input: 12, output: 20 }, consistent: true };
const prompt = { ...noUsage, input: 8 };
const seen: StreamFacts = {
  reported: undefined,
  countedOutput: 0,
  estimatedInput: prompt,
  callerLeft: false,
  delivered: true,
  reportsOutput: false,
  terminated: false,
  broke: false,
};
const counted = { ...noUsage, input: 8, output: 15 };

describe('what is charged for a stream', () => {
  it.each([
    ['finished and reported', { reported, terminated: true }, 'finished', reported.usage, false],
    ['reported, but ended without its terminator', { reported }, 'finished', reported.usage, false],
    [
      'reported with parts that disagree',
      { reported: { ...reported, consistent: false }, terminated: true },
      'finished',
      reported.usage,
      true,
    ],
    ['finished without usage', { countedOutput: 15, terminated: true }, 'finished', counted, true],
    ['ended early without usage', { countedOutput: 15 }, 'broken', counted, true],
    ['broke off after output', { countedOutput: 15, broke: true }, 'broken', counted, true],
    [
      'broke off after usage was reported',
      { reported, countedOutput: 15, broke: true },
      'broken',
      reported.usage,
      false,
    ],
    [
      'left by the caller after output',
      { countedOutput: 15, callerLeft: true },
      'caller_left',
      counted,
      true,
    ],
    [
      'left by the caller, less reported than passed',
      { reported, countedOutput: 33, callerLeft: true },
      'caller_left',
      { ...noUsage, input: 12, output: 33 },
      true,
    ],
    [
      'left by the caller, more reported than passed',
      { reported, countedOutput: 3, callerLeft: true },
      'caller_left',
      reported.usage,
      false,
    ],
    [
      'left by the caller, and read to its end',
      { reported, callerLeft: true, terminated: true },
      'caller_left',
      reported.usage,
      false,
    ],
    [
      'left by the caller when only the prompt was reported',
      { reported, callerLeft: true, reportsOutput: false, delivered: false },
      'caller_left',
      reported.usage,
      false,
    ],
    [
      'broke off while it spoke',
      { countedOutput: 15, countedAudio: 40, broke: true },
      'broken',
      { ...counted, audioOutput: 40 },
      true,
    ],
    [
      'left by the caller, more spoken than reported',
      { reported, countedOutput: 3, countedAudio: 40, callerLeft: true },
      'caller_left',
      { ...reported.usage, audioOutput: 40 },
      true,
    ],
  ] as const)('%s', (_, facts, outcome, usage, estimated) => {
    expect(judgeStream({ ...seen, reportsOutput: 'reported' in facts, ...facts })).toEqual({
      outcome,
      usage,
      estimated,
      billed: true,
    });
  });

  it.each([
    ['broke off before any output', { broke: true }, 'upstream_failed'],
    ['ended before any output', {}, 'upstream_failed'],
    [
      'broke off when only the prompt was reported',
      { reported, reportsOutput: false, broke: true },
      'upstream_failed',
    ],
    [
      'broke off before anything was passed on',
      { reported, countedOutput: 15, delivered: false, broke: true },
      'upstream_failed',
    ],
    ['ended early before anything was passed on', { countedOutput: 15, delivered: false }, 'upstream_failed'],
    ['left by the caller before any output', { callerLeft: true }, 'caller_left'],
  ] as const)('nothing: %s', (_, facts, outcome) => {
    expect(judgeStream({ ...seen, reportsOutput: 'reported' in facts, ...facts })).toEqual({
      outcome,
      usage: noUsage,
      estimated: false,
      billed: false,
    });
  });
});

describe('what is charged for a plain answer', () => {
  it.each([
    ['reported', { reported }, 'finished', reported.usage, false],
    ['not reported', { countedOutput: 15 }, 'finished', counted, true],
    ['left by the caller', { reported, callerLeft: true }, 'caller_left', reported.usage, false],
    [
      'left by the caller and not reported',
      { countedOutput: 15, callerLeft: true },
      'caller_left',
      counted,
      true,
    ],
  ] as const)('%s', (_, facts, outcome, usage, estimated) => {
    expect(judgePlain({ ...seen, ...facts })).toEqual({ outcome, usage, estimated, billed: true });
  });
});
