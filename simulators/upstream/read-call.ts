import type { IncomingMessage } from 'node:http';
import { readBody } from '../read-body.ts';
import type { Body } from './plan.ts';
import { bodyLimit, parseJson } from './read-json.ts';

/** What a call asks for: JSON, or the fields of a form, in which a file is its name and its length. */
export async function readCall(request: IncomingMessage): Promise<Body | undefined> {
  const contentType = request.headers['content-type'];
  const bytes = await readBody(request, bodyLimit);
  if (bytes === undefined) return undefined;
  return contentType?.startsWith('multipart/') ? readForm(bytes, contentType) : parseJson(bytes);
}

async function readForm(bytes: Buffer, contentType: string): Promise<Body | undefined> {
  const headers = { 'content-type': contentType };
  const form = await new Response(Uint8Array.from(bytes), { headers }).formData().catch(() => undefined);
  if (!form) return undefined;
  const body: Body = {};
  for (const [name, value] of form)
    body[name] =
      typeof value === 'string' ? value : { name: value.name, type: value.type, bytes: value.size };
  return body;
}
