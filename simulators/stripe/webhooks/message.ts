import type { DatabaseSync } from 'node:sqlite';
import { takeFault } from '../fault-store.ts';
import type { Simulator, WebhookEndpoint } from '../simulator.ts';
import { nowInSeconds } from '../simulator.ts';
import type { StripeEvent } from '../wire.ts';
import { concerns } from './concerns.ts';
import { signatureHeader } from './signature.ts';

export interface WebhookMessage {
  body: Buffer;
  signature: string | undefined;
  /** The faults that were applied, for the list of deliveries. */
  faults: string[];
}

/** What one attempt puts on the wire: signed anew each time, spoilt where a fault says so. */
export function composeMessage(
  simulator: Simulator,
  endpoint: WebhookEndpoint,
  event: StripeEvent,
): WebhookMessage {
  const { database } = simulator;
  const tamper = takeFault(database, 'tamper', (fault) => concerns(fault, event));
  const sent = tamper === undefined ? event : tampered(event, tamper.set);
  // Stripe indents: whoever verifies re-serialised JSON instead of the raw bytes finds out here.
  const body = Buffer.from(JSON.stringify(sent, null, 2));
  const stale = takeFault(database, 'stale_timestamp', (fault) => concerns(fault, event));
  const second = nowInSeconds(simulator) - (stale?.seconds ?? 0);
  const signing = signatureFault(database, event);
  const cut = takeFault(database, 'truncate', (fault) => concerns(fault, event));
  const secret = signing === 'wrong_signature' ? `${endpoint.secret}-of-someone-else` : endpoint.secret;
  return {
    body: cut === undefined ? body : body.subarray(0, body.length >> 1),
    signature:
      signing === 'no_signature'
        ? undefined
        : signatureHeader(signing === 'empty_key_signature' ? '' : secret, second, body),
    faults: [tamper?.kind, stale?.kind, signing, cut?.kind].filter((kind) => kind !== undefined),
  };
}

function signatureFault(database: DatabaseSync, event: StripeEvent) {
  const kinds = ['wrong_signature', 'empty_key_signature', 'no_signature'] as const;
  return kinds.find((kind) => takeFault(database, kind, (fault) => concerns(fault, event)) !== undefined);
}

function tampered(event: StripeEvent, set: Record<string, unknown>): StripeEvent {
  const copy = structuredClone(event);
  for (const [path, value] of Object.entries(set)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const target = keys.reduce<object>((node, key) => {
      const next: unknown = Reflect.get(node, key);
      if (typeof next === 'object' && next !== null) return next;
      const made = {};
      Reflect.set(node, key, made);
      return made;
    }, copy.data.object);
    Reflect.set(target, last, value);
  }
  return copy;
}
