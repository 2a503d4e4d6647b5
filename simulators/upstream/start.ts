import { closeNow, listen } from '../listen.ts';
import { good } from './behaviour.ts';
import { type UpstreamControl, upstreamControl } from './client.ts';
import { defaultModels } from './models.ts';
import { createLedger } from './records.ts';
import { createUpstreamServer } from './server.ts';

export interface UpstreamSimulatorOptions {
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** The only key that is let in. Without it every key is. */
  apiKey?: string | undefined;
  models?: readonly string[] | undefined;
}

export interface UpstreamSimulator {
  url: string;
  port: number;
  control: UpstreamControl;
  close(): Promise<void>;
}

/** Starts a model that costs nothing, says always the same, and fails on demand. */
export async function startUpstreamSimulator(
  options: UpstreamSimulatorOptions = {},
): Promise<UpstreamSimulator> {
  const server = createUpstreamServer({
    apiKey: options.apiKey,
    models: options.models ?? defaultModels,
    ledger: createLedger(),
    orders: { standing: good, next: [] },
  });
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, host, options.port ?? 0);
  const url = `http://${host}:${port}`;
  return { url, port, control: upstreamControl(url), close: () => closeNow(server) };
}
