import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { partEnvironment, type Surroundings } from './environment.ts';
import { reasonIn } from './log.ts';
import { saveSecrets } from './secrets.ts';
import { checkoutFolder, type StackFile } from './stack-file.ts';

/** Runs scripts/seed.ts, in a process of its own: it needs the auth library, which we do not keep in memory. */
export async function seedDemo(surroundings: Surroundings): Promise<StackFile['demo']> {
  const { secrets, stateFolder } = surroundings;
  const env = {
    ...partEnvironment(surroundings),
    CUSTOMER_PASSWORD: secrets.customerPassword,
    ADMIN_PASSWORD: secrets.adminPassword,
    ...(secrets.demoApiKey && { DEMO_API_KEY: secrets.demoApiKey }),
  };
  const seed = path.join(checkoutFolder, 'scripts/seed.ts');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [seed], { cwd: checkoutFolder, env });
    const demo: StackFile['demo'] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    saveSecrets(stateFolder, { ...secrets, demoApiKey: demo.apiKey });
    return demo;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = reasonIn(stderr?.split('\n') ?? []) ?? message;
    throw new Error(`The demo data could not be made: ${reason}`);
  }
}
