import { unitsUsed } from '../../billing/usage-shapes.ts';
import { ambiguityIn, invalid, modelOf, parseBody, writeJson } from '../json-request.ts';
import type { CallRequest, UpstreamFormat } from '../upstream.ts';
import { noPrompt } from './media.ts';
import { MediaTap } from './media-tap.ts';
import { openAiWire, unreadable } from './wire.ts';

/**
 * Text to speech, passed on as it is spoken. Billed by the character of the text: the answer is sound, and says
 * nothing of what it cost.
 */
export const openAiSpeech: UpstreamFormat = {
  ...openAiWire,
  path: '/audio/speech',
  isMedia: true,
  readRequest,
  writeRequest: (request, changes) => writeJson(request, changes, {}),
  readAnswer: () => unreadable,
  tap: (request) => new MediaTap({ usage: charactersOf(request), consistent: true }),
  estimateInput: charactersOf,
  // The whole text is billed as soon as it is spoken.
  stopsBillingOnCancel: { plain: false, streamed: true },
};

const isAmbiguous = ambiguityIn(['model', 'input']);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  const { input } = body;
  if (typeof input !== 'string' || input === '') throw invalid('input', 'must be a text');
  let characters = 0;
  for (const _ of input) characters += 1;
  return {
    model: modelOf(body),
    streamed: true,
    wantsUsage: true,
    outputLimit: 0,
    bound: {
      ...noPrompt,
      choices: 1,
      speaks: false,
      units: { character: characters },
    },
    likely: noPrompt,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

function charactersOf({ bound }: CallRequest) {
  return unitsUsed(bound.units ?? {});
}
