/**
 * Gets ready what tests of workflows need, before the first of them starts: building it takes longer than a test may.
 * `scripts/bootstrap.mjs --tests` runs it.
 */
import { findTemporalCli } from './stack/temporal-cli.ts';
import { findTimeSkippingServer } from './stack/time-skipping-server.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

for (const find of [findTemporalCli, findTimeSkippingServer])
  try {
    await find(say);
  } catch (error) {
    say((error as Error).message);
    process.exitCode = 1;
  }
