import { Busboy } from '@fastify/busboy';
import { DomainError } from '../../billing/errors.ts';
import type { EncodedForm, FormEntry } from '../upstream.ts';

const limits = {
  fieldNameSize: 200,
  fieldSize: 1024 * 1024,
  fields: 100,
  files: 10,
  parts: 110,
  headerPairs: 50,
};

/** Reads a form that lies in memory. */
export function readEntries(body: Buffer, contentType: string | undefined): Promise<FormEntry[]> {
  if (!contentType?.toLowerCase().startsWith('multipart/form-data'))
    return Promise.reject(new DomainError('unsupported_media_type', 'Send multipart/form-data'));
  return new Promise((resolve, reject) => {
    const entries: FormEntry[] = [];
    const refuse = (message: string) => reject(new DomainError('invalid_request', message));
    const parser = makeParser(contentType, refuse);
    if (!parser) return;
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (nameTruncated || valueTruncated) refuse(`The field ${name.slice(0, 50)} of the form is too long`);
      entries.push({ name, value });
    });
    parser.on('file', (name, stream, filename, _, mimeType) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        entries.push({ name, value: { filename, mimeType, bytes: Buffer.concat(chunks) } }),
      );
      stream.on('error', () => refuse('The form ends early'));
    });
    for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      parser.on(event, () => refuse('The form has too many fields'));
    parser.on('error', () => refuse('The form is not valid'));
    parser.on('finish', () => resolve(entries));
    parser.end(body);
  });
}

function makeParser(
  contentType: string,
  refuse: (message: string) => void,
): InstanceType<typeof Busboy> | undefined {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch {
    refuse('The form has no boundary');
    return undefined;
  }
}

/** Written anew, so that the upstream reads what was priced and nothing else. */
export async function encodeForm(entries: readonly FormEntry[]): Promise<EncodedForm> {
  const form = new FormData();
  for (const { name, value } of entries) {
    if (typeof value === 'string') form.append(name, value);
    else
      form.append(name, new Blob([Uint8Array.from(value.bytes)], { type: value.mimeType }), value.filename);
  }
  const encoded = new Response(form);
  const bytes = Buffer.from(await encoded.arrayBuffer());
  return { bytes, contentType: encoded.headers.get('content-type') ?? 'multipart/form-data' };
}
