import { createServer } from 'node:http';
import { closeNow, listen } from '../listen.ts';
import { createApp } from './app.ts';
import { watchExpiry } from './checkout/expiry.ts';
import { type StripeControl, stripeControl } from './control/client.ts';
import { inTransaction, openDatabase } from './database.ts';
import { objectStore } from './objects.ts';
import type { Simulator } from './simulator.ts';
import { defaultEvents } from './webhooks/default-events.ts';
import { startDispatcher } from './webhooks/dispatcher.ts';

export interface StripeSimulatorOptions {
  /** `sk_test_…`: the only key that is let in. */
  secretKey: string;
  /** Where events go. Without it they are only kept; `control.webhook()` sets it later. */
  webhook?: { url: string; secret: string; events?: readonly string[] | undefined } | undefined;
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** What browsers reach the hosted page by, where it is not the host and port above. */
  publicUrl?: string | undefined;
  /** A folder for the state. Without it the state ends with the process. */
  stateDir?: string | undefined;
  /** Multiplies the delays between delivery attempts: 0.01 makes 2 s into 20 ms. */
  timeScale?: number;
  /** The clock, in milliseconds. */
  now?: () => number;
}

export interface StripeSimulator {
  url: string;
  port: number;
  control: StripeControl;
  close(): Promise<void>;
}

/** Starts a Stripe of one's own. Deliveries that an earlier run of the same state owed go on. */
export async function startStripeSimulator(options: StripeSimulatorOptions): Promise<StripeSimulator> {
  const simulator = createSimulator(options);
  const dispatcher = startDispatcher(simulator);
  simulator.change = (work) => {
    const result = inTransaction(simulator.database, work);
    dispatcher.wake();
    return result;
  };
  const server = createServer(createApp(simulator, dispatcher).callback());
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, host, options.port ?? 0);
  const url = `http://${host}:${port}`;
  simulator.publicUrl = (options.publicUrl ?? url).replace(/\/$/, '');
  const stopExpiry = watchExpiry(simulator);
  dispatcher.wake();
  return {
    url,
    port,
    control: stripeControl(url),
    async close() {
      stopExpiry();
      await Promise.all([closeNow(server), dispatcher.close()]);
      simulator.database.close();
    },
  };
}

function createSimulator(options: StripeSimulatorOptions): Simulator {
  const { webhook } = options;
  if (options.secretKey.trim() === '') throw new Error('The simulator needs a secret key.');
  if (webhook !== undefined && webhook.secret.trim() === '') {
    throw new Error('The simulator needs a webhook secret where it has a webhook URL.');
  }
  const database = openDatabase(options.stateDir);
  return {
    secretKey: options.secretKey,
    database,
    objects: objectStore(database),
    timeScale: options.timeScale ?? 1,
    publicUrl: '',
    webhook: webhook && { ...webhook, events: webhook.events ?? defaultEvents },
    request: null,
    now: options.now ?? Date.now,
    change: (work) => inTransaction(database, work),
  };
}
