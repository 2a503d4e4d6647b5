import { z } from 'zod';

/** A decimal string, so that no JSON parser turns money into a float. */
export const usd = z
  .string()
  .regex(/^-?\d+\.\d{2,9}$/)
  .meta({ description: 'US dollars, exact', example: '12.345678901' });

/** Before rounding: prices and products have more decimals than money. */
export const exactUsd = z
  .string()
  .regex(/^\d+\.\d{2,27}$/)
  .meta({ description: 'US dollars, exact, before any rounding', example: '0.000000450000003' });

/** One line that a person typed. Control characters are refused: Postgres cannot store all of them. */
export function line(maximum: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maximum)
    .regex(/^\P{Cc}*$/u, 'Use no line breaks or other control characters');
}

export const timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

/** As a client sends it. Other years are mistakes, and some of them Postgres cannot read. */
export const moment = z.iso
  .datetime({ offset: true })
  .refine((text) => /^(19[7-9]|20\d|21\d)\d-/.test(text), 'Use a time between the years 1970 and 2199');

export const errorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      param: z.string().optional(),
      trace_id: z.string().meta({ description: 'Quote it to support; also in x-request-id' }),
    }),
  })
  .meta({ id: 'Error' });

/** Pages are walked by an opaque cursor: rows that arrive meanwhile shift nothing. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** Of every POST that moves money: the same key with the same content answers the same, with other content is refused. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'Use printable characters without blanks')
    .meta({
      description: 'Made by the client, new for each intent',
      example: 'b7e2a1f0-7c1e-4d7e-9d59-5f0f6f3a8c55',
    }),
});
