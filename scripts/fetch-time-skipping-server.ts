/** Gets ready what tests that skip time need. `scripts/bootstrap.mjs --tests` runs it. */
import { findTimeSkippingServer } from './stack/time-skipping-server.ts';

try {
  await findTimeSkippingServer((line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
