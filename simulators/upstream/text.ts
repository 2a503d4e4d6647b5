const plainWords =
  'The simulated model answers with the same words every time so that a test can tell what is missing. '
    .split(/(?<= )/)
    .filter((word) => word !== '');
const unicodeWords = ['Grüße ', '你好 ', '🌍 ', 'Ωμέγα ', '안녕 ', '👩‍👩‍👧 ', 'naïve ', 'مرحبا '];

export interface TextRequest {
  tokens: number;
  chunks: number;
  kind: 'plain' | 'unicode';
  /** Each piece is padded to at least this many characters. */
  chunkChars: number;
}

const cache = new Map<string, readonly string[]>();
const cachedAtMost = 100;

/** The same text for the same request, in pieces: one word is one token. */
export function piecesOfText(request: TextRequest): readonly string[] {
  const key = `${request.tokens}/${request.chunks}/${request.kind}/${request.chunkChars}`;
  const found = cache.get(key);
  if (found !== undefined) return found;
  const pieces = makePieces(request);
  if (cache.size >= cachedAtMost) cache.clear();
  cache.set(key, pieces);
  return pieces;
}

function makePieces({ tokens, chunks, kind, chunkChars }: TextRequest): string[] {
  const words = kind === 'plain' ? plainWords : unicodeWords;
  return Array.from({ length: chunks }, (_, index) => {
    const from = Math.floor((index * tokens) / chunks);
    const to = Math.max(Math.floor(((index + 1) * tokens) / chunks), from + 1);
    let piece = '';
    for (let word = from; word < to; word++) piece += words[word % words.length];
    return piece.padEnd(chunkChars, 'x');
  });
}

const charactersPerToken = 4;

/** Tokens of a prompt: a quarter of the characters of all of its texts, media left out. */
export function countPromptTokens(value: unknown): number {
  return Math.ceil(countCharacters(value) / charactersPerToken);
}

function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.startsWith('data:') ? 0 : value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const item of Object.values(value)) sum += countCharacters(item);
  return sum;
}
