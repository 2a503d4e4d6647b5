import { z } from 'zod';

interface Running {
  url: string;
  close(): Promise<void>;
}

/** Runs a simulator as a process: one line when it listens, one when it cannot, an end at SIGINT or SIGTERM. */
export async function runSimulator<T>(
  name: string,
  environmentSchema: z.ZodType<T>,
  environment: NodeJS.ProcessEnv,
  start: (environment: T) => Promise<Running>,
): Promise<void> {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) return fail(name, `its environment is not usable:\n${z.prettifyError(parsed.error)}`);
  let running: Running;
  try {
    running = await start(parsed.data);
  } catch (error) {
    return fail(name, error instanceof Error ? error.message : String(error));
  }
  process.stdout.write(`${name} listening on ${running.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void running.close().finally(() => process.exit(0));
    });
  }
}

function fail(name: string, reason: string): void {
  process.stderr.write(`The ${name} cannot start: ${reason}\n`);
  process.exit(1);
}
