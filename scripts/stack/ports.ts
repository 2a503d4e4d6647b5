import { type AddressInfo, createServer, type Server } from 'node:net';

/** The ports people get used to; each moves on alone when it is taken. */
export const defaultPorts = {
  api: 8080,
  proxy: 8081,
  stripeSimulator: 8082,
  upstream: 8083,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 55432,
};

export type Ports = typeof defaultPorts;

/** Chosen ports are listened on until their part takes over, so that nobody else gets them meanwhile. */
export interface ReservedPorts {
  numbers: Ports;
  /** Just before the part starts. Again: does nothing. */
  release(name: keyof Ports): Promise<void>;
  releaseAll(): Promise<void>;
}

/** Each preferred port, or the next free one that no other part prefers. `moved` is told about the difference. */
export async function reservePorts(
  preferred: Ports,
  moved: (name: string, from: number, to: number) => void,
): Promise<ReservedPorts> {
  const numbers = { ...preferred };
  const held = new Map<string, Server>();
  const wanted = new Set(Object.values(preferred));
  for (const name of Object.keys(preferred) as (keyof Ports)[]) {
    const from = preferred[name];
    // 0: any port.
    let server = await listen(from);
    for (let port = from + 1; !server && port < from + 200 && port < 65_536; port++)
      if (!wanted.has(port)) server = await listen(port);
    if (!server) throw new Error(`No port from ${from} on is free: stop what listens there.`);
    numbers[name] = (server.address() as AddressInfo).port;
    held.set(name, server);
    if (from !== 0 && numbers[name] !== from) moved(name, from, numbers[name]);
  }
  const release = async (name: string) => {
    const server = held.get(name);
    held.delete(name);
    if (server) await new Promise((resolve) => server.close(resolve));
  };
  return {
    numbers,
    release,
    releaseAll: async () => void (await Promise.all([...held.keys()].map(release))),
  };
}

/** Ports that nobody will look for, e.g. for tests that run side by side. */
export function reserveAnyPorts(): Promise<ReservedPorts> {
  const names = Object.keys(defaultPorts).map((name) => [name, 0]);
  return reservePorts(Object.fromEntries(names) as Ports, () => {});
}

/** Any port that is free now. */
export async function anyPort(): Promise<number> {
  const server = await listen(0);
  if (!server) throw new Error('No port is free.');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A part that finds its port taken would be mistaken for the one that listens there. */
export async function requireFree(port: number, title: string): Promise<void> {
  const server = await listen(port);
  if (!server) throw new Error(`${title} cannot start: something else listens on its port ${port} now.`);
  await new Promise((resolve) => server.close(resolve));
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
