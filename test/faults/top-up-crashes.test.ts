import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type Db } from '../../db/connection.ts';
import { checkLedger } from '../../db/ledger-check.ts';
import { type StripeControl, stripeControl } from '../../simulators/stripe/control/client.ts';
import { type PartName, type TestStack, testStack } from '../support/stack.ts';

const TOP_UPS = 8;
const KILLS = 3;

let stack: TestStack;
let db: Db;
let control: StripeControl;
let cookie: string;
beforeAll(async () => {
  stack = await testStack({
    ORDER_POLL_FIRST_SECONDS: '1',
    ORDER_PENDING_MAX: '1000',
    ORDER_DAILY_MAX_USD: '1000000',
    ORDER_ATTEMPTS_PER_MINUTE: '100000',
  });
  db = connect({ url: stack.file().addresses.postgres, poolMax: 4 });
  control = stripeControl(stack.file().addresses.stripeSimulator ?? '');
  cookie = await signIn();
}, 180_000);
afterAll(async () => {
  await db.destroy();
  await stack.stop();
}, 60_000);

it.each<PartName>(['worker', 'api', 'temporal', 'postgres'])(
  'every top-up ends credited once, although the %s is killed again and again',
  async (part) => {
    const customers = Array.from({ length: TOP_UPS }, (_, i) => topUpLikeACustomer(i * 300));
    await killAgainAndAgain(part);
    const orders = await Promise.all(customers);

    expect(new Set(orders).size).toBe(TOP_UPS);
    const { rows } = await db.raw(
      'select reference, amount_nanos from ledger_transfers where reference = any(:orders) order by reference',
      { orders },
    );
    expect(rows).toEqual(
      [...orders].sort().map((reference) => ({ reference, amount_nanos: 5_000_000_000n })),
    );
    expect((await checkLedger(db)).flatMap((check) => check.rows)).toEqual([]);
  },
  240_000,
);

/** Clicks, clicks again with the same key until there is a link, pays, and waits for the balance. */
async function topUpLikeACustomer(afterMs: number): Promise<string> {
  await sleep(afterMs);
  const key = randomUUID();
  const order = await insist(
    () => request('POST', '/api/top-ups', { 'idempotency-key': key }, { amount_usd: '5.00' }),
    ({ checkout_url }) => checkout_url !== null,
  );
  const [session] = await control.sessions(order.number);
  await control.pay(session?.id ?? '');
  await insist(
    () => request('GET', `/api/top-ups/${order.id}`),
    ({ status }) => status === 'credited',
  );
  expect(await control.sessions(order.number)).toHaveLength(1);
  return order.id;
}

async function killAgainAndAgain(part: PartName): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(200 + Math.random() * 1_500);
    const oldPid = stack.file().pids[part] ?? 0;
    stack.kill(part);
    await stack.restarted(part, oldPid);
  }
}

async function request(method: string, path: string, headers: Record<string, string> = {}, body?: object) {
  const { api } = stack.file().addresses;
  const response = await fetch(api + path, {
    method,
    headers: { cookie, origin: api, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** What fails is tried again, as a customer or their client would. */
async function insist<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 150_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (isIt(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    await sleep(250);
  }
  throw new Error(`Insisted in vain; last: ${JSON.stringify(last)}`);
}

async function signIn(): Promise<string> {
  const { addresses, demo } = stack.file();
  const { email, password } = demo.customer;
  const response = await fetch(`${addresses.api}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { origin: addresses.api, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Sign-in answered ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
