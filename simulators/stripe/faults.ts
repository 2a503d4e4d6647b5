import { z } from 'zod';

const count = {
  /** How often it strikes before it is used up; `null` is for ever. */
  times: z.int().positive().nullable().default(1),
};
const onApi = {
  ...count,
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  /** Such as `/v1/checkout/sessions` or `/v1/refunds/*`; `*` stands for any text. */
  path: z.string().default('*'),
};
const onEvent = {
  ...count,
  /** Such as `checkout.session.completed` or `charge.*`. */
  event_type: z.string().default('*'),
  /** Only events about this object, e.g. `cs_test_…`. */
  object: z.string().optional(),
};
const milliseconds = z.int().min(0);
const status = z.int().min(400).max(599).default(500);

export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('error_before'), ...onApi, status }),
  /** `replay`: what the same idempotency key gets next: the true result, or the saved 500. */
  z.strictObject({
    kind: z.literal('error_after'),
    ...onApi,
    status,
    replay: z.enum(['result', 'error']).default('result'),
  }),
  z.strictObject({ kind: z.literal('cut_before'), ...onApi }),
  z.strictObject({ kind: z.literal('cut_after'), ...onApi }),
  z.strictObject({ kind: z.literal('hang_after'), ...onApi, ms: milliseconds.optional() }),
  z.strictObject({ kind: z.literal('slow'), ...onApi, ms: milliseconds }),
  z.strictObject({ kind: z.literal('refund_pending'), ...count }),

  z.strictObject({ kind: z.literal('drop'), ...onEvent }),
  z.strictObject({ kind: z.literal('duplicate'), ...onEvent, copies: z.int().min(2).max(1000).default(2) }),
  z.strictObject({ kind: z.literal('delay'), ...onEvent, ms: milliseconds }),
  z.strictObject({
    kind: z.literal('reorder'),
    ...onEvent,
    hold: z.int().min(2).max(1000),
    max_wait_ms: milliseconds.default(10_000),
  }),

  /** One event of each of these types wait for each other and leave in this order. */
  z.strictObject({
    kind: z.literal('sequence'),
    ...count,
    types: z.array(z.string()).min(2).max(20),
    apart_ms: milliseconds.default(100),
    max_wait_ms: milliseconds.default(10_000),
  }),

  z.strictObject({ kind: z.literal('wrong_signature'), ...onEvent }),
  z.strictObject({ kind: z.literal('empty_key_signature'), ...onEvent }),
  z.strictObject({ kind: z.literal('no_signature'), ...onEvent }),
  z.strictObject({ kind: z.literal('stale_timestamp'), ...onEvent, seconds: z.int().default(600) }),
  z.strictObject({ kind: z.literal('truncate'), ...onEvent }),
  /** `set`: paths below `data.object`, e.g. `{ "client_reference_id": "other", "metadata.order_id": "other" }`. */
  z.strictObject({ kind: z.literal('tamper'), ...onEvent, set: z.record(z.string(), z.json()) }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;
export type ActiveFault<K extends Fault['kind'] = Fault['kind']> = FaultOf<K> & { id: number };
