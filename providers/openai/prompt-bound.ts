import { isRecord } from './json.ts';

export interface PromptBound {
  textTokens: number;
  imageTokens: number;
  audioTokens: number;
}

// The dearest common case is 2048 x 2048 in tiles or 1536 patches with a factor of 1.72: about 2,700 tokens.
const IMAGE_TOKENS = 5_000;
// A document that the upstream fetches itself: about fifty pages.
const FETCHED_DOCUMENT_TOKENS = 100_000;
// Audio is 10 tokens a second; at 8 kbit/s, the least that speech codecs use, a second is 1,333 base64 characters.
const AUDIO_CHARACTERS_PER_TOKEN = 64;

/**
 * The most tokens that a prompt can be. A token of byte-level BPE is at least one byte, an escape in JSON is never
 * shorter than what it stands for, and what a format adds per message is less than the JSON around it: so the body's
 * length bounds its text. Media in it is data, not text, and is bounded by kind.
 */
export function promptBound(text: string, messages: readonly unknown[]): PromptBound {
  const media = { images: 0, audioTokens: 0, documentTokens: 0, characters: 0 };
  for (const message of messages) {
    const content = isRecord(message) ? message.content : undefined;
    if (!Array.isArray(content)) continue;
    for (const part of content) addPart(media, part);
  }
  return {
    textTokens: Buffer.byteLength(text) - media.characters + media.documentTokens,
    imageTokens: media.images * IMAGE_TOKENS,
    audioTokens: media.audioTokens,
  };
}

interface Media {
  images: number;
  audioTokens: number;
  documentTokens: number;
  /** Of the body: they are data. */
  characters: number;
}

/** The result of a tool may hold parts of its own. */
function addPart(media: Media, part: unknown): void {
  if (!isRecord(part)) return;
  addMedia(media, part);
  if (part.type === 'tool_result' && Array.isArray(part.content))
    for (const inner of part.content) addPart(media, inner);
}

function addMedia(media: Media, part: Record<string, unknown>): void {
  if (part.type === 'image_url') {
    media.images += 1;
    const url = isRecord(part.image_url) ? part.image_url.url : undefined;
    if (typeof url === 'string' && url.startsWith('data:')) media.characters += url.length;
  } else if (part.type === 'input_audio') {
    const data = isRecord(part.input_audio) ? part.input_audio.data : undefined;
    if (typeof data !== 'string') return;
    media.audioTokens += Math.ceil(data.length / AUDIO_CHARACTERS_PER_TOKEN);
    media.characters += data.length;
  } else if (part.type === 'input_image') {
    media.images += 1;
    const { image_url: url } = part;
    if (typeof url === 'string' && url.startsWith('data:')) media.characters += url.length;
  } else if (part.type === 'image') {
    media.images += 1;
    const data = isRecord(part.source) ? part.source.data : undefined;
    if (typeof data === 'string') media.characters += data.length;
  } else if (isFetchedDocument(part)) media.documentTokens += FETCHED_DOCUMENT_TOKENS;
}

/** A document in the body is bounded by its length. */
function isFetchedDocument({ type, file_url: url, file_id: id, source }: Record<string, unknown>): boolean {
  if (type === 'input_file') return typeof url === 'string' || typeof id === 'string';
  return type === 'document' && isRecord(source) && (source.type === 'url' || source.type === 'file');
}
