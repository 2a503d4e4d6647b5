import { inlineList } from './inline-lists.ts';
import type { Simulator } from './simulator.ts';
import { invalidRequest } from './stripe-error.ts';
import type { StripeObject } from './wire.ts';

/** Fields that hold the id of another object and may be asked for in full. */
const references = new Set([
  'balance_transaction',
  'charge',
  'customer',
  'default_payment_method',
  'invoice',
  'latest_charge',
  'latest_invoice',
  'payment_intent',
  'payment_method',
  'setup_intent',
  'subscription',
]);
const deepest = 4;

/** Replaces ids by the objects they name, along paths such as `payment_intent.latest_charge`. */
export function expand<T extends object>(simulator: Simulator, value: T, paths: readonly string[]): T {
  if (paths.length === 0) return value;
  const copy = structuredClone(value);
  for (const path of paths) {
    const keys = path.split('.');
    if (keys.length > deepest) {
      throw invalidRequest(`You cannot expand more than ${deepest} levels of a property`, {
        param: 'expand',
      });
    }
    expandPath(simulator, copy, keys, path);
  }
  return copy;
}

function expandPath(simulator: Simulator, node: object, keys: readonly string[], path: string): void {
  const [key, ...rest] = keys;
  if (key === undefined) return;
  const value: unknown = Reflect.get(node, key) ?? inlineList(simulator, node as StripeObject, key);
  if (Array.isArray(value)) {
    for (const item of value) expandPath(simulator, item as object, rest, path);
    return;
  }
  const isInline = typeof value === 'object' && value !== null;
  if (!references.has(key) && !isInline) {
    throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
  const target = typeof value === 'string' ? simulator.objects.findAny(value) : value;
  if (typeof target !== 'object' || target === null) return;
  Reflect.set(node, key, target);
  expandPath(simulator, target, rest, path);
}
