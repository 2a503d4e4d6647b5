import { type AdmissionFacts, admitCaller, type Refusal } from '../billing/admission.ts';
import { DomainError } from '../billing/errors.ts';
import type { KeySnapshot } from '../db/keys.ts';
import { callerAddress, isInRanges } from '../http/address.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { hashOfBareKey, hashOfKey } from './key-hash.ts';

export type CallerFacts = Pick<AdmissionFacts, 'nowMs' | 'addressAllowed'> & { key: KeySnapshot };

/** Who calls. Throws when nobody we know does, before the body is read. */
export async function identify(deps: ProxyDeps, { req }: Exchange): Promise<CallerFacts> {
  const keyHash = hashOfKey(req.headers.authorization) ?? hashOfBareKey(req.headers['x-api-key']);
  const key = keyHash === undefined ? undefined : await currentKey(deps, keyHash);
  const addressAllowed =
    !key?.ipRanges || isInRanges(key.ipRanges, callerAddress(req, deps.settings.trustedProxies));
  const facts = { nowMs: Date.now(), key, addressAllowed };
  throwIfRefused(admitCaller(facts));
  if (!key) throw new Error('admitCaller admitted a caller without a key');
  return { ...facts, key };
}

/** A subscription that has run out by the clock ends without a notification. */
async function currentKey({ callers }: ProxyDeps, keyHash: string): Promise<KeySnapshot | undefined> {
  const key = await callers.get(keyHash);
  const endsAtMs = key?.subscription?.endsAtMs;
  if (!key || endsAtMs === undefined || endsAtMs > Date.now()) return key;
  callers.accountChanged(key.accountId);
  return callers.get(keyHash);
}

export function throwIfRefused(refusal: Refusal | undefined): void {
  if (!refusal) return;
  const { code, message, ...options } = refusal;
  throw new DomainError(code, message, options);
}
