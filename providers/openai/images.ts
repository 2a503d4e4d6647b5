import type { ReportedUsage } from '../../billing/usage.ts';
import { unitsUsed, usageFromImages, withUnits } from '../../billing/usage-shapes.ts';
import { ambiguityIn, countOf, flagOf, invalid, modelOf, parseBody, writeJson } from '../json-request.ts';
import type { Answer, CallRequest, UpstreamFormat } from '../upstream.ts';
import { ImagesTap } from './images-tap.ts';
import type { JsonObject } from './json.ts';
import { measurePrompt } from './prompt.ts';
import { estimateInput, NO_LIMIT_TO_LOWER, openAiWire, parseAnswer, unreadable } from './wire.ts';

const MAX_IMAGES = 128;

/** Images from a text: by token where the upstream counts them, else by image, size and quality. */
export const openAiImages: UpstreamFormat = {
  ...openAiWire,
  path: '/images/generations',
  readRequest,
  writeRequest: (request, changes) => writeJson(request, changes, {}),
  readAnswer,
  tap: ({ bound, body }) =>
    new ImagesTap(bound.choices, (event, completed) => reportOf(event, body, completed)),
  estimateInput,
  // An image is drawn, and billed, to its end.
  stopsBillingOnCancel: { plain: false, streamed: false },
};

const isAmbiguous = ambiguityIn(['model', 'prompt', 'n', 'size', 'quality', 'stream', 'partial_images']);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  if (typeof body.prompt !== 'string') throw invalid('prompt', 'must be a text');
  const choices = countOf(body, 'n', MAX_IMAGES);
  const { most, likely } = measurePrompt(text);
  return {
    model: modelOf(body),
    streamed: flagOf(body, 'stream'),
    wantsUsage: true,
    outputLimit: NO_LIMIT_TO_LOWER,
    bound: {
      ...most,
      choices,
      speaks: false,
      draws: true,
      units: { [boundUnit(body)]: choices },
    },
    likely,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

function readAnswer(body: Buffer, request: CallRequest): Answer {
  const answer = parseAnswer(body);
  if (!answer || !Array.isArray(answer.data)) return unreadable;
  // Nothing was drawn, and nothing is billed: no answer.
  if (answer.data.length === 0 && answer.usage == null) return unreadable;
  const reported = reportOf(answer, request.body, answer.data.length);
  return { reported, countedOutput: 0, readable: true };
}

/** The images that came are what is billed; tokens with them where they are reported. */
function reportOf(answer: JsonObject, asked: JsonObject, images: number): ReportedUsage {
  const units = { [imageUnit(answer, asked)]: images };
  const tokens = usageFromImages(answer.usage);
  return tokens ? withUnits(tokens, units) : { usage: unitsUsed(units), consistent: true };
}

/** What came, else what was asked for, else what OpenAI takes for granted. */
function imageUnit(answer: JsonObject, asked: JsonObject): string {
  const size = nameOf(answer.size) ?? nameOf(asked.size) ?? '1024x1024';
  const quality = nameOf(answer.quality) ?? nameOf(asked.quality) ?? 'standard';
  return `image:${size}:${quality}`;
}

/** Where the upstream chooses, it may choose the dearest. */
function boundUnit({ size, quality }: JsonObject): string {
  const named = nameOf(size);
  if (!named) return 'image';
  return nameOf(quality) ? `image:${named}:${nameOf(quality)}` : `image:${named}`;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== 'auto' && /^[a-z0-9]{1,20}$/.test(value) ? value : undefined;
}
