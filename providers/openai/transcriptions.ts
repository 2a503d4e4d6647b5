import type { ReportedUsage } from '../../billing/usage.ts';
import { secondsOf, unitsUsed, usageFromTranscription } from '../../billing/usage-shapes.ts';
import { invalid, modelOf } from '../json-request.ts';
import type { Answer, CallRequest, FormEntry, FormFile, UpstreamFormat } from '../upstream.ts';
import { encodeForm, readEntries } from './form.ts';
import { secondsHeard } from './heard.ts';
import { noPrompt } from './media.ts';
import { estimateTokens, producedTokens } from './output-counter.ts';
import { TranscriptionTap } from './transcription-tap.ts';
import { estimateInput, NO_LIMIT_TO_LOWER, openAiWire, parseAnswer, unreadable } from './wire.ts';

// Speech is seldom encoded in less than 16 kbit/s; 64 kbit/s is usual, and 16 bits at 16 kHz where it is not compressed.
const bytesPerSecond = { least: 2_000, compressed: 8_000, wav: 32_000 };
const TOKENS_PER_SECOND = 10;

export const openAiTranscriptions: UpstreamFormat = audioToText('/audio/transcriptions');
export const openAiTranslations: UpstreamFormat = audioToText('/audio/translations');

/** Audio to text: a form in; by the second or by the token, as the upstream reports. */
function audioToText(path: string): UpstreamFormat {
  return {
    ...openAiWire,
    path,
    readRequest: () => {
      throw new Error('This route reads forms');
    },
    readForm,
    writeRequest: ({ form = [] }, { model }) => encodeForm(form.map((entry) => renamed(entry, model))),
    readAnswer,
    tap: () => new TranscriptionTap(),
    estimateInput,
    // What is heard is billed.
    stopsBillingOnCancel: { plain: false, streamed: false },
  };
}

async function readForm(bytes: Buffer, contentType: string | undefined): Promise<CallRequest> {
  const form = await readEntries(bytes, contentType);
  const body = onceEach(form, ['model', 'response_format', 'stream', 'prompt']);
  const files = form.filter(({ value }) => typeof value !== 'string');
  if (files.length !== 1 || files[0]?.name !== 'file') throw invalid('file', 'must be one file');
  const { bytes: sound, filename } = files[0].value as FormFile;
  const seconds = Math.ceil(sound.length / bytesPerSecond.least);
  const usual = /\.wave?$/i.test(filename) ? bytesPerSecond.wav : bytesPerSecond.compressed;
  const likelySeconds = Math.ceil(sound.length / usual);
  const promptBytes = Buffer.byteLength(body.prompt ?? '');
  return {
    model: modelOf(body),
    streamed: body.stream === 'true',
    wantsUsage: true,
    outputLimit: NO_LIMIT_TO_LOWER,
    bound: {
      ...noPrompt,
      textTokens: promptBytes,
      audioTokens: seconds * TOKENS_PER_SECOND,
      choices: 1,
      speaks: false,
      units: { second: seconds },
    },
    likely: {
      ...noPrompt,
      textTokens: estimateTokens(promptBytes),
      audioTokens: likelySeconds * TOKENS_PER_SECOND,
    },
    text: '',
    body,
    ambiguous: false,
    form,
  };
}

/** Two fields of one name may be read differently by another parser. */
function onceEach(form: readonly FormEntry[], names: readonly string[]): Record<string, string | undefined> {
  const fields: Record<string, string | undefined> = {};
  for (const { name, value } of form) {
    if (!names.includes(name)) continue;
    if (fields[name] !== undefined || typeof value !== 'string') throw invalid(name, 'must be given once');
    fields[name] = value;
  }
  return fields;
}

function renamed(entry: FormEntry, model: string): FormEntry {
  return entry.name === 'model' ? { name: 'model', value: model } : entry;
}

const texts = new Set<unknown>(['text', 'srt', 'vtt']);

function readAnswer(body: Buffer, request: CallRequest): Answer {
  if (texts.has(request.body.response_format)) {
    const text = body.toString('utf8');
    return { reported: heard(secondsHeard(text)), countedOutput: 0, readable: true };
  }
  const answer = parseAnswer(body);
  if (typeof answer?.text !== 'string') return unreadable;
  const reported = usageFromTranscription(answer.usage) ?? ofDuration(answer.duration);
  if (reported) return { reported, countedOutput: 0, readable: true };
  return {
    reported: heard(secondsHeard(answer.text)),
    countedOutput: producedTokens(answer.text),
    readable: true,
  };
}

/** The verbose format says how long the audio is. */
function ofDuration(duration: unknown): ReportedUsage | undefined {
  const seconds = secondsOf(typeof duration === 'string' ? Number(duration) : duration);
  return seconds === undefined ? undefined : { usage: unitsUsed({ second: seconds }), consistent: true };
}

/** Nothing was reported: estimated. */
function heard(seconds: number): ReportedUsage {
  return { usage: unitsUsed({ second: seconds }), consistent: false };
}
