import { isRecord, type JsonObject } from './json.ts';

/** What a prompt is made of, in tokens. */
export interface PromptTokens {
  textTokens: number;
  imageTokens: number;
  audioTokens: number;
}

export const noPrompt: PromptTokens = { textTokens: 0, imageTokens: 0, audioTokens: 0 };

/** What a prompt holds besides its words. As text count documents that the upstream has or fetches itself. */
export interface Media {
  most: PromptTokens;
  likely: PromptTokens;
  /** Characters of the body that are pictures or sound. */
  dataCharacters: number;
  /** Characters of the body that are documents. They may be text. */
  documentCharacters: number;
}

// The dearest common case is 2048 x 2048 in tiles or 1536 patches with a factor of 1.72: about 2,700 tokens. What is
// usual is 1024 x 1024 in four tiles, or one tile where the caller asks for low detail.
const images = { most: 5_000, usual: 765, lowDetail: 85 };
// At most about fifty pages; a few are usual.
const fetchedDocument = { most: 100_000, usual: 10_000 };
// Sound is 10 tokens a second. At 8 kbit/s, the least that speech codecs use, a second is 1,333 characters of base64;
// as 16 bits at 24 kHz it is 64,000, and compressed at 128 kbit/s it is 21,333.
const soundCharactersPerToken = { least: 64, wav: 6_400, compressed: 2_133 };

/**
 * Looks at the parts of all messages, at those in results of tools and in documents too, however deep: a body nested by
 * malice must not overflow the stack.
 */
export function mediaIn(messages: readonly unknown[]): Media {
  const media: Media = {
    most: { ...noPrompt },
    likely: { ...noPrompt },
    dataCharacters: 0,
    documentCharacters: 0,
  };
  const open: unknown[] = [...messages];
  while (open.length > 0) {
    const part = open.pop();
    if (!isRecord(part)) continue;
    kinds.get(part.type)?.(media, part);
    openParts(open, part.content);
    openParts(open, part.output);
    if (isRecord(part.source)) openParts(open, part.source.content);
    // What a computer shows is one part, not a list.
    if (isRecord(part.output)) open.push(part.output);
  }
  return media;
}

function openParts(open: unknown[], parts: unknown): void {
  if (Array.isArray(parts)) for (const part of parts) open.push(part);
}

const kinds = new Map<unknown, (media: Media, part: JsonObject) => void>([
  ['image_url', (media, part) => addPicture(media, recordOf(part.image_url))],
  ['input_image', (media, part) => addPicture(media, { url: part.image_url, detail: part.detail })],
  ['computer_screenshot', (media, part) => addPicture(media, { url: part.image_url })],
  ['image', (media, part) => addImage(media, recordOf(part.source).data)],
  ['input_audio', (media, part) => addAudio(media, recordOf(part.input_audio))],
  ['file', (media, part) => addDocument(media, recordOf(part.file))],
  ['input_file', addDocument],
  ['document', (media, part) => addSource(media, recordOf(part.source))],
]);

function addPicture(media: Media, { url, detail }: JsonObject): void {
  addImage(media, typeof url === 'string' && url.startsWith('data:') ? url : undefined, detail);
}

function addImage(media: Media, data: unknown, detail?: unknown): void {
  media.most.imageTokens += images.most;
  media.likely.imageTokens += detail === 'low' ? images.lowDetail : images.usual;
  media.dataCharacters += lengthOf(data);
}

function addAudio(media: Media, { data, format }: JsonObject): void {
  const characters = lengthOf(data);
  const usual = format === 'wav' ? soundCharactersPerToken.wav : soundCharactersPerToken.compressed;
  media.most.audioTokens += Math.ceil(characters / soundCharactersPerToken.least);
  media.likely.audioTokens += Math.ceil(characters / usual);
  media.dataCharacters += characters;
}

/** A document in the body is bounded by its length. */
function addDocument(media: Media, { file_data: data, file_url: url, file_id: id }: JsonObject): void {
  if (typeof url === 'string' || typeof id === 'string') addFetchedDocument(media);
  media.documentCharacters += lengthOf(data);
}

function addSource(media: Media, { type, data }: JsonObject): void {
  if (type === 'url' || type === 'file') addFetchedDocument(media);
  else if (type === 'base64') media.documentCharacters += lengthOf(data);
}

function addFetchedDocument(media: Media): void {
  media.most.textTokens += fetchedDocument.most;
  media.likely.textTokens += fetchedDocument.usual;
}

function recordOf(value: unknown): JsonObject {
  return isRecord(value) ? value : {};
}

function lengthOf(data: unknown): number {
  return typeof data === 'string' ? data.length : 0;
}
