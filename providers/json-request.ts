import { DomainError } from '../billing/errors.ts';
import { isRecord, type JsonObject } from './openai/json.ts';
import type { CallRequest, RequestChanges } from './upstream.ts';

const MAX_MODEL_LENGTH = 200;

export function parseBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new DomainError('invalid_request', 'The body is not valid JSON');
  }
  if (!isRecord(body)) throw new DomainError('invalid_request', 'The body must be a JSON object');
  return body;
}

export function modelOf({ model }: JsonObject): string {
  if (typeof model !== 'string' || model === '' || model.length > MAX_MODEL_LENGTH)
    throw invalid('model', 'must name a model');
  return model;
}

export function limitOf(body: JsonObject, field: string): number | undefined {
  const value = body[field];
  if (value == null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalid(field, 'must be a whole number of at least 1');
}

/** A whole number from 1 to `most`; 1 where it is absent. */
export function countOf(body: JsonObject, field: string, most: number): number {
  const value = body[field];
  if (value == null) return 1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(field, `must be a whole number from 1 to ${most}`);
}

export function flagOf(body: JsonObject, field: string): boolean {
  const value = body[field];
  if (value == null) return false;
  if (typeof value === 'boolean') return value;
  throw invalid(field, 'must be true or false');
}

export function invalid(param: string, rule: string): DomainError {
  return new DomainError('invalid_request', `${param} ${rule}`, { param });
}

/** Whether some of these keys may be read differently by another parser. Made once per route. */
export function ambiguityIn(keys: readonly string[]): (text: string) => boolean {
  // Whatever decides the price, written as a key: twice, or with an escape, and another parser may understand another
  // price. Inside a JSON string the quotes would be escaped, so that prose does not match.
  const priced = new RegExp(`"(${keys.join('|')})"\\s*:|\\\\u00[2-7]`, 'g');
  return (text) => {
    const seen = new Set<string | undefined>();
    for (const [, key] of text.matchAll(priced)) {
      if (key === undefined || seen.has(key)) return true;
      seen.add(key);
    }
    return false;
  };
}

/**
 * The body for the upstream: the caller's own text where nothing has to change, so that numbers and spacing stay as
 * they were; an added field is spliced in before the last brace; anything more is written anew.
 */
export function writeJson(
  request: CallRequest,
  { model }: Pick<RequestChanges, 'model'>,
  added: JsonObject,
): string {
  const replaces =
    request.ambiguous ||
    model !== request.model ||
    Object.keys(added).some((field) => Object.hasOwn(request.body, field));
  if (replaces) return writeAnew(request, model, added);
  const fields = Object.entries(added);
  if (fields.length === 0) return request.text;
  const spliced = fields.map(([field, value]) => `,${JSON.stringify(field)}:${JSON.stringify(value)}`);
  return `${request.text.slice(0, request.text.lastIndexOf('}'))}${spliced.join('')}}`;
}

function writeAnew({ body }: CallRequest, model: string, added: JsonObject): string {
  try {
    return JSON.stringify({ ...body, model, ...added });
  } catch (cause) {
    // JSON.parse reads any depth, JSON.stringify does not.
    throw new DomainError('invalid_request', 'The body is nested too deeply', { cause });
  }
}
