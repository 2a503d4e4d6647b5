import type { Operation } from '../operation.ts';
import { list, retrieve } from './readers.ts';

const path = '/v1/setup_intents';

/** Made by checkout pages only. */
export const setupIntentOperations: Operation[] = [
  retrieve(path, 'setup_intent', 'intent'),
  list(path, 'setup_intent', ['customer', 'payment_method']),
];
