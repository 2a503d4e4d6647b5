import { z } from 'zod';
import { runSimulator } from '../run-simulator.ts';
import { startUpstreamSimulator } from './start.ts';

const environment = z.object({
  SIMULATOR_HOST: z.string().default('127.0.0.1'),
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65535).default(12112),
  /** Where it is set, no other key is let in. */
  UPSTREAM_API_KEY: z.string().min(1).optional(),
  /** Comma-separated names for `/v1/models`. */
  UPSTREAM_MODELS: z.string().min(1).optional(),
});

await runSimulator('upstream simulator', environment, process.env, (env) =>
  startUpstreamSimulator({
    host: env.SIMULATOR_HOST,
    port: env.SIMULATOR_PORT,
    apiKey: env.UPSTREAM_API_KEY,
    models: env.UPSTREAM_MODELS?.split(',').map((name) => name.trim()),
  }),
);
