import { z } from 'zod';
import { type Behaviour, behaviourSchema, good } from './behaviour.ts';
import type { Ledger, Orders, RequestRecord } from './records.ts';

const nextSchema = z.strictObject({
  simulate: behaviourSchema,
  times: z.int().min(1).default(1),
  model: z.string().optional(),
  path: z.string().optional(),
});

export type NextInput = z.input<typeof nextSchema>;
export type BehaviourInput = z.input<typeof behaviourSchema>;
export type SeenRequest = Omit<RequestRecord, 'rawHeaders'> & { headers: Record<string, string> };

/** Answers a request to `/_simulator/…`, or `undefined` where there is no such thing. */
export function control(ledger: Ledger, orders: Orders, call: string, body: unknown): object | undefined {
  switch (call) {
    case 'GET /_simulator/stats':
      return ledger.stats;
    case 'GET /_simulator/requests':
      return ledger.recent.map(seen);
    case 'GET /_simulator/defaults':
      return orders.standing;
    case 'PUT /_simulator/defaults':
      orders.standing = freeze(behaviourSchema.parse(body));
      return orders.standing;
    case 'POST /_simulator/next': {
      const { simulate, ...order } = nextSchema.parse(body);
      orders.next.push({ ...order, behaviour: simulate });
      return { waiting: orders.next.length };
    }
    case 'POST /_simulator/reset':
      orders.standing = good;
      orders.next = [];
      ledger.clear();
      return {};
    default:
      return undefined;
  }
}

/** The one that is asked for by nobody costs nothing: it is recognised by identity. */
function freeze(behaviour: Behaviour): Behaviour {
  return Object.keys(behaviour).length === 0 ? good : behaviour;
}

function seen({ rawHeaders, ...record }: RequestRecord): SeenRequest {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers[rawHeaders[i]?.toLowerCase() ?? ''] = rawHeaders[i + 1] ?? '';
  }
  return { ...record, headers };
}
