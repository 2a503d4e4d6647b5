import { type Media, mediaIn } from './media.ts';
import { estimateTokens } from './output-counter.ts';

/** What a prompt is made of, in tokens. */
export interface PromptTokens {
  textTokens: number;
  imageTokens: number;
  audioTokens: number;
}

/** `most` is for the hold; `likely` is charged, as an estimate, where no report comes. */
export interface PromptMeasure {
  most: PromptTokens;
  likely: PromptTokens;
}

/**
 * The most tokens that a prompt can be: a token of byte-level BPE is at least one byte, an escape in JSON is never
 * shorter than what it stands for, and what a format adds per message is less than the JSON around it, so the body's
 * length bounds its text. Media in it is data, not text, and is measured by kind: see `mediaIn`.
 */
export function measurePrompt(text: string, messages: readonly unknown[] = []): PromptMeasure {
  const bytes = Buffer.byteLength(text);
  const media = mediaIn(messages);
  const words = bytes - media.dataCharacters - media.documentCharacters;
  return {
    most: {
      textTokens: bytes - media.dataCharacters + media.mostDocumentTokens,
      imageTokens: media.mostImageTokens,
      audioTokens: media.mostAudioTokens,
    },
    likely: {
      textTokens: estimateTokens(words) + likelyDocumentTokens(media),
      imageTokens: media.likelyImageTokens,
      audioTokens: media.likelyAudioTokens,
    },
  };
}

export const noPrompt: PromptTokens = { textTokens: 0, imageTokens: 0, audioTokens: 0 };

// A page of a PDF is some 100 KB, and some 2,500 tokens with the picture of it.
const DOCUMENT_CHARACTERS_PER_TOKEN = 50;

function likelyDocumentTokens({ documentCharacters, likelyDocumentTokens: fetched }: Media): number {
  return Math.ceil(documentCharacters / DOCUMENT_CHARACTERS_PER_TOKEN) + fetched;
}
