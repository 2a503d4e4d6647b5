import { mediaIn, type PromptTokens } from './media.ts';
import { estimateTokens } from './output-counter.ts';

/** `most` is for the hold; `likely` is charged, as an estimate, where no report comes. */
export interface PromptMeasure {
  most: PromptTokens;
  likely: PromptTokens;
}

// A page of a PDF is some 100 KB, and some 2,500 tokens with the picture of it.
const DOCUMENT_CHARACTERS_PER_TOKEN = 50;

/**
 * The most tokens that a prompt can be: a token of byte-level BPE is at least one byte, an escape in JSON is never
 * shorter than what it stands for, and what a format adds per message is less than the JSON around it, so the body's
 * length bounds its text. Media in it is data, not text, and is measured by kind: see `mediaIn`.
 */
export function measurePrompt(text: string, messages: readonly unknown[] = []): PromptMeasure {
  const bytes = Buffer.byteLength(text);
  const { most, likely, dataCharacters, documentCharacters } = mediaIn(messages);
  const words = estimateTokens(bytes - dataCharacters - documentCharacters);
  const pages = Math.ceil(documentCharacters / DOCUMENT_CHARACTERS_PER_TOKEN);
  return {
    most: { ...most, textTokens: bytes - dataCharacters + most.textTokens },
    likely: { ...likely, textTokens: words + pages + likely.textTokens },
  };
}
