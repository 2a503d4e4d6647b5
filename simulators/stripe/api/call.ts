import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { readBody } from '../../read-body.ts';
import { decodeForm, type Form } from '../form.ts';
import { newId } from '../ids.ts';
import { invalidRequest, StripeError } from '../stripe-error.ts';

const bodyLimit = 1024 * 1024;

/** One request to `/v1`, decoded. */
export interface ApiCall {
  requestId: string;
  method: string;
  path: string;
  /** The `:id` of the path. */
  id: string;
  form: Form;
  expand: string[];
  idempotencyKey: string | undefined;
  bodyHash: string;
}

export interface ApiAnswer {
  status: number;
  body: string;
}

export async function readCall(context: Context, requestId: string): Promise<ApiCall> {
  const raw = await readBody(context.req, bodyLimit);
  if (raw === undefined) throw new StripeError(413, 'invalid_request_error', 'Request body is too large.');
  const isPost = context.method === 'POST';
  if (isPost && raw.length > 0 && !context.is('application/x-www-form-urlencoded')) {
    throw invalidRequest(
      `Invalid request (check that your POST content type is application/x-www-form-urlencoded). Yours is ${context.get('content-type')}.`,
    );
  }
  const { expand: asked, ...form } = decodeForm(isPost ? raw.toString() : context.querystring);
  const key = context.get('idempotency-key');
  return {
    requestId,
    method: context.method,
    path: context.path,
    id: String(context.params.id ?? ''),
    form,
    expand: expandPaths(asked),
    // Only POST is keyed: the others change nothing, or the same thing twice.
    idempotencyKey: isPost && key !== '' ? key : undefined,
    bodyHash: createHash('sha256').update(raw).digest('hex'),
  };
}

function expandPaths(asked: unknown): string[] {
  if (asked === undefined) return [];
  if (Array.isArray(asked) && asked.every((path) => typeof path === 'string')) return asked;
  throw invalidRequest('Invalid array', { param: 'expand' });
}

export function newRequestId(): string {
  return newId('req', 14);
}

/** Stripe indents its JSON. */
export function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
