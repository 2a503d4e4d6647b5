import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { stripeControl } from './control/client.ts';
import { type Receiver, sdk, secretKey, startReceiver, topUp, webhookSecret } from './test-support.ts';

// Each start is a process, and the machine may be busy.
jest.setTimeout(30_000);

let folder: string;
let receiver: Receiver;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stripe-simulator-'));
  receiver = await startReceiver();
});
afterEach(async () => {
  await kill();
  await receiver.close();
  await rm(folder, { recursive: true });
});

function spawnMain(environment: Record<string, string>): ChildProcess {
  child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return child;
}

async function start(webhookUrl = receiver.url): Promise<string> {
  const main = spawnMain({
    SIMULATOR_PORT: '0',
    SIMULATOR_STATE_DIR: folder,
    SIMULATOR_TIME_SCALE: '0.01',
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_URL: webhookUrl,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
  });
  for await (const line of main.stdout!) {
    const url = /listening on (\S+)/.exec(String(line))?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the simulator ended before it listened');
}

async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

test('kill -9 loses no session, no idempotency key, no fault and no webhook that is owed', async () => {
  // Nobody listens there: the webhook stays owed.
  const first = await start('http://127.0.0.1:9/');
  const session = await sdk(first).checkout.sessions.create(topUp('ord_1'), { idempotencyKey: 'key-1' });
  await stripeControl(first).fault({ kind: 'error_before', path: '/v1/refunds', times: null });
  await stripeControl(first).pay(session.id);
  await kill();

  const second = await start();
  await receiver.count(2);
  expect(
    receiver
      .events()
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(['checkout.session.completed', 'payment_intent.succeeded']);
  const stripe = sdk(second, { maxNetworkRetries: 0 });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ payment_status: 'paid' });
  const replayed = await stripe.checkout.sessions.create(topUp('ord_1'), { idempotencyKey: 'key-1' });
  expect(replayed.id).toBe(session.id);
  await expect(stripe.refunds.list()).rejects.toMatchObject({ statusCode: 500 });
});

test('a session whose time ended while the simulator was down expires at the next start', async () => {
  const first = await start();
  const session = await sdk(first).checkout.sessions.create(topUp('ord_2'));
  await stripeControl(first).expireIn(session.id, 1);
  await kill();
  const second = await start();
  await receiver.count(1);
  expect(await sdk(second).checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'expired' });
});

test('SIGTERM ends it at once, although connections are open', async () => {
  const url = await start();
  await stripeControl(url).fault({ kind: 'hang_after' });
  const hanging = fetch(`${url}/v1/events`, { headers: { authorization: `Bearer ${secretKey}` } }).catch(
    () => {},
  );
  await stripeControl(url).faults();
  await kill('SIGTERM');
  await hanging;
  expect(child?.exitCode).toBe(0);
});

test.each<[string, Record<string, string>]>([
  ['without a secret key', {}],
  ['with a blank secret key', { STRIPE_SECRET_KEY: ' ' }],
  [
    'with a webhook URL and no webhook secret',
    { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_URL: 'http://127.0.0.1:9/', SIMULATOR_PORT: '0' },
  ],
])('%s it refuses to start and says why', async (_, environment) => {
  const main = spawnMain(environment);
  const [said, [code]] = await Promise.all([text(main.stderr!), once(main, 'exit')]);
  expect(code).toBe(1);
  expect(said).toContain('cannot start');
});
