import cluster from 'node:cluster';
import { flushCompileCache } from 'node:module';
import type { Logger } from 'pino';
import { RateLimiterClusterMaster } from 'rate-limiter-flexible';
import { type Config, loadConfig } from '../config/config.ts';
import { createLogger } from '../config/logger.ts';
import { stopOnSignal } from '../http/shutdown.ts';
import { Processes } from './processes.ts';
import { startProxy } from './proxy.ts';
import { carryReports } from './round-calls.ts';

// What a client sent before it learned that we stop arrives within this.
const IDLE_GRACE_MS = 1_000;
// From the end of the longest call until all is settled and written.
const STOP_GRACE_SECONDS = 60;

const config = loadConfig();
const log = createLogger('proxy', config.LOG_LEVEL);
const stopping = new AbortController();

if (config.PROXY_PROCESSES > 1 && cluster.isPrimary) await startProcesses(config, log);
else await serve(config, log);

async function startProcesses({ PROXY_PROCESSES, CALL_MAX_SECONDS }: Config, log: Logger): Promise<void> {
  const stopSeconds = CALL_MAX_SECONDS + STOP_GRACE_SECONDS;
  const processes = new Processes({ count: PROXY_PROCESSES, stopSeconds, log });
  carryReports();
  // Counts rate limits for all of them where there is no Redis.
  new RateLimiterClusterMaster();
  const stop = async () => {
    if (!(await processes.stop())) throw new Error('A process did not end well');
  };
  stopOnSignal(stopping, stop, log);
  process.on('SIGHUP', () => void processes.restart());
  await processes.start();
  log.info({ processes: PROXY_PROCESSES }, 'All processes listen');
}

async function serve(config: Config, log: Logger): Promise<void> {
  const proxy = await startProxy({
    databaseUrl: config.DATABASE_URL,
    host: config.PROXY_HOST,
    port: config.PROXY_PORT,
    encryptionKey: config.ENCRYPTION_KEY,
    redisUrl: config.REDIS_URL,
    settings: {
      maxBodyBytes: config.CALL_BODY_MAX_BYTES,
      maxUploadBytes: config.CALL_UPLOAD_MAX_BYTES,
      callMaxSeconds: config.CALL_MAX_SECONDS,
      trustedProxies: config.TRUSTED_PROXIES,
      topUpUrl: `${config.PUBLIC_URL.replace(/\/$/, '')}/console/topup`,
    },
    log,
    processes: config.PROXY_PROCESSES,
    idleGraceMs: IDLE_GRACE_MS,
  });
  log.info({ port: proxy.port, url: `http://${config.PROXY_HOST}:${proxy.port}` }, 'Listening');
  stopOnSignal(stopping, proxy.stop, log);
  // Not only when it ends: it may be killed.
  flushCompileCache();
  if (cluster.isWorker) endWithPrimary();
}

function endWithPrimary(): void {
  // It reaches the whole group of a terminal; the process that started us decides.
  process.on('SIGHUP', () => undefined);
  cluster.worker?.on('disconnect', () => {
    if (!cluster.worker) return;
    // Otherwise Node exits at once, in the middle of calls.
    cluster.worker.exitedAfterDisconnect = true;
    process.kill(process.pid, 'SIGTERM');
  });
}
