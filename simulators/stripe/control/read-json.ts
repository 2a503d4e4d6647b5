import type { Context } from 'koa';
import { z } from 'zod';
import { readBody } from '../../read-body.ts';
import { invalidRequest } from '../stripe-error.ts';

const bodyLimit = 1024 * 1024;

export async function readJson<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = (await readBody(context.req, bodyLimit))?.toString() || '{}';
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof z.ZodError) throw invalidRequest(z.prettifyError(error));
    if (error instanceof SyntaxError) throw invalidRequest('The body is not JSON.');
    throw error;
  }
}
