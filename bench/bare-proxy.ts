/** The proxy's own code with a meter that says yes and writes nothing: the limit that metering is held against. */
import { pino } from 'pino';
import { startProxy } from '../proxy/proxy.ts';

const proxy = await startProxy({
  databaseUrl: process.env.DATABASE_URL ?? '',
  host: '127.0.0.1',
  port: 0,
  encryptionKey: process.env.ENCRYPTION_KEY,
  settings: {
    maxBodyBytes: 1_048_576,
    maxUploadBytes: 1_048_576,
    callMaxSeconds: 600,
    trustedProxies: 0,
    topUpUrl: 'http://127.0.0.1/',
  },
  log: pino({ level: 'warn' }),
});
Object.assign(proxy.deps, {
  meter: { hold: async () => ({ accepted: true }), settle: async () => 'settled', available: true },
});
process.send?.({ port: proxy.port });
process.on('disconnect', () => process.exit());
