import { z } from 'zod';
import { runSimulator } from '../run-simulator.ts';
import { startStripeSimulator } from './start.ts';

const environment = z.object({
  SIMULATOR_HOST: z.string().default('127.0.0.1'),
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65535).default(12111),
  SIMULATOR_PUBLIC_URL: z.url().optional(),
  SIMULATOR_STATE_DIR: z.string().min(1).optional(),
  SIMULATOR_TIME_SCALE: z.coerce.number().positive().default(1),
  STRIPE_SECRET_KEY: z.string().trim().min(1),
  STRIPE_WEBHOOK_URL: z.url().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().trim().default(''),
  /** Comma-separated types, or `*`. */
  STRIPE_WEBHOOK_EVENTS: z.string().optional(),
});

await runSimulator('stripe simulator', environment, process.env, (env) =>
  startStripeSimulator({
    secretKey: env.STRIPE_SECRET_KEY,
    webhook:
      env.STRIPE_WEBHOOK_URL === undefined
        ? undefined
        : {
            url: env.STRIPE_WEBHOOK_URL,
            secret: env.STRIPE_WEBHOOK_SECRET,
            events: env.STRIPE_WEBHOOK_EVENTS?.split(',').map((type) => type.trim()),
          },
    host: env.SIMULATOR_HOST,
    port: env.SIMULATOR_PORT,
    publicUrl: env.SIMULATOR_PUBLIC_URL,
    stateDir: env.SIMULATOR_STATE_DIR,
    timeScale: env.SIMULATOR_TIME_SCALE,
  }),
);
