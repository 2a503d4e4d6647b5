import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anyPort, type Ports, requireFree, reserveAnyPorts, reservePorts } from './ports.ts';

let taken: Server;
let preferred: Ports;
beforeAll(async () => {
  const port = await anyPort();
  taken = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const others = await Promise.all(Array.from({ length: 5 }, anyPort));
  const [stripeSimulator = 0, upstream = 0, temporal = 0, temporalUi = 0, postgres = 0] = others;
  preferred = { api: port, proxy: port + 1, stripeSimulator, upstream, temporal, temporalUi, postgres };
});
afterAll(() => new Promise((resolve) => taken.close(resolve)));

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
