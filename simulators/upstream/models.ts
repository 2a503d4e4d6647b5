/** What `/v1/models` lists where nobody says otherwise. Any other name is answered just the same. */
export const defaultModels = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4.1',
  'o4-mini',
  'claude-sonnet-5-5',
  'deepseek-chat',
  'gpt-3.5-turbo-instruct',
  'text-embedding-3-small',
  'gpt-image-1',
  'dall-e-3',
  'tts-1',
  'whisper-1',
  'gpt-4o-mini-transcribe',
  'rerank-v3.5',
  'tollgate-free',
] as const;

const path = '/v1/models';

/** Answers `/v1/models` and `/v1/models/:id`. */
export function modelAnswer(models: readonly string[], asked: string): object | undefined {
  if (asked === path) return { object: 'list', data: models.map(describe) };
  if (!asked.startsWith(`${path}/`)) return undefined;
  const id = decodeURIComponent(asked.slice(path.length + 1));
  return models.includes(id) ? describe(id) : undefined;
}

function describe(id: string) {
  return { id, object: 'model', created: 1767225600, owned_by: 'simulator' };
}
