import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anyPort, type Ports, requireFree, reserveAnyPorts, reservePorts } from './ports.ts';

let taken: Server;
let preferred: Ports;
beforeAll(async () => {
  const pair = await neighbours();
  taken = pair.taken;
  const others = await Promise.all(Array.from({ length: 5 }, anyPort));
  const [stripeSimulator = 0, upstream = 0, temporal = 0, temporalUi = 0, postgres = 0] = others;
  const { port } = pair;
  preferred = { api: port, proxy: port + 1, stripeSimulator, upstream, temporal, temporalUi, postgres };
  // Held until now, or it might be one of the others.
  await closed(pair.next);
});
afterAll(() => closed(taken));

/** Two ports in a row, both ours. */
async function neighbours(): Promise<{ port: number; taken: Server; next: Server }> {
  for (;;) {
    const port = await anyPort();
    const [first, next] = await Promise.all([listening(port), listening(port + 1)]);
    if (first && next) return { port, taken: first, next };
    await Promise.all([first, next].map((server) => server && closed(server)));
  }
}

function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1');
    server.once('listening', () => resolve(server));
    server.once('error', () => resolve(undefined));
  });
}

const closed = (server: Server) => new Promise((resolve) => server.close(resolve));

it('moves the part whose port is taken, and no other one', async () => {
  const moved: unknown[] = [];
  const { numbers, releaseAll } = await reservePorts(preferred, (...args) => moved.push(args));
  const { api, ...others } = numbers;
  const { api: wanted, ...unmoved } = preferred;
  expect(api).toBeGreaterThan(wanted + 1);
  expect(others).toEqual(unmoved);
  expect(moved).toEqual([['api', wanted, api]]);
  await releaseAll();
});

it('gives no port away before its part takes it', async () => {
  const { numbers, release, releaseAll } = await reserveAnyPorts();
  await expect(requireFree(numbers.api, 'The api')).rejects.toThrow(
    `The api cannot start: something else listens on its port ${numbers.api} now.`,
  );
  await release('api');
  await requireFree(numbers.api, 'The api');
  await releaseAll();
  await requireFree(numbers.proxy, 'The proxy');
});
