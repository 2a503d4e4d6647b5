import { openAiErrorBody, openAiStreamError } from './openai-shape.ts';
import type { Body, Plan } from './plan.ts';
import { missing, namedSse, reportedUsage, type Shape } from './shape.ts';

/** `/v1/audio/speech`: something that begins like an MP3 file. */
export const speech: Shape = {
  streams: (body) => body.stream_format === 'sse',
  contentType: () => 'audio/mpeg',
  refuse(body) {
    if (typeof body.input !== 'string' || body.input === '') return missing('input');
    return body.voice == null ? missing('voice') : undefined;
  },
  limit: () => undefined,
  prompt: (body) => body.input,
  plain: (plan) => `ID3${plan.pieces.join('')}`,
  opening: () => '',
  piece(plan, index) {
    const audio = Buffer.from(plan.pieces[index] ?? '').toString('base64');
    return namedSse({ type: 'speech.audio.delta', ...{ audio } });
  },
  closing(plan) {
    const usage = reportedUsage(plan.behaviour, tokensOf(plan));
    return namedSse({ type: 'speech.audio.done', ...(usage && { usage }) });
  },
  errorBody: openAiErrorBody,
  streamError: openAiStreamError,
};

/** `/v1/audio/transcriptions` and translations. Whisper reports seconds, later models tokens. */
export const transcriptions: Shape = {
  streams: (body) => body.stream === 'true' && !reportsSeconds(body.model),
  contentType: ({ response_format: format }) =>
    format === 'text' || format === 'srt' || format === 'vtt'
      ? 'text/plain; charset=utf-8'
      : 'application/json',
  refuse: (body) => (body.file == null ? missing('file') : undefined),
  limit: () => undefined,
  prompt: (body) => body.prompt,
  plain(plan) {
    const text = plan.pieces.join('');
    const seconds = secondsOf(plan.body);
    const { response_format: format } = plan.body;
    if (format === 'text') return `${text}\n`;
    if (format === 'srt') return `1\n00:00:00,000 --> ${clock(seconds, ',')}\n${text}\n`;
    if (format === 'vtt') return `WEBVTT\n\n00:00:00.000 --> ${clock(seconds, '.')}\n${text}\n`;
    const usage = usageOf(plan);
    const verbose =
      format === 'verbose_json' ? { task: 'transcribe', language: 'english', duration: seconds } : {};
    return JSON.stringify({ ...verbose, text, ...(usage && { usage }) });
  },
  opening: () => '',
  piece: (plan, index) => namedSse({ type: 'transcript.text.delta', ...{ delta: plan.pieces[index] } }),
  closing(plan) {
    const usage = usageOf(plan);
    return namedSse({
      type: 'transcript.text.done',
      ...{ text: plan.pieces.join('') },
      ...(usage && { usage }),
    });
  },
  errorBody: openAiErrorBody,
  streamError: openAiStreamError,
};

// A second for each kilobyte.
const bytesPerSecond = 1_000;
const tokensPerSecond = 10;

function secondsOf({ file }: Body): number {
  return (
    (typeof file === 'object' && file !== null ? Number(Reflect.get(file, 'bytes')) : 0) / bytesPerSecond
  );
}

function reportsSeconds(model: unknown): boolean {
  return String(model).startsWith('whisper');
}

function usageOf(plan: Plan): object | undefined {
  const seconds = secondsOf(plan.body);
  if (reportsSeconds(plan.model)) return reportedUsage(plan.behaviour, { type: 'duration', seconds });
  const audio = Math.ceil(seconds * tokensPerSecond);
  return reportedUsage(plan.behaviour, {
    type: 'tokens',
    input_tokens: audio,
    input_token_details: { text_tokens: 0, audio_tokens: audio },
    output_tokens: plan.tokens.completion,
    total_tokens: audio + plan.tokens.completion,
  });
}

function tokensOf({ tokens }: Plan) {
  const { prompt, completion } = tokens;
  return { input_tokens: prompt, output_tokens: completion, total_tokens: prompt + completion };
}

function clock(seconds: number, comma: string): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}${comma}000`;
}
