import type { IncomingMessage } from 'node:http';
import { readBody } from '../read-body.ts';
import type { Body } from './plan.ts';

export const bodyLimit = 64 * 1024 * 1024;

/** The JSON object that a request carries; `undefined` where it carries none. */
export async function readJson(request: IncomingMessage): Promise<Body | undefined> {
  return parseJson(await readBody(request, bodyLimit));
}

export function parseJson(bytes: Buffer | undefined): Body | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    const body: unknown = JSON.parse(bytes.toString());
    return typeof body === 'object' && body !== null ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}
