import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { createApp } from '../../api/app.ts';
import { createAuth } from '../../api/auth.ts';
import { connectAuthPool } from '../../api/auth-pool.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createSessionReader } from '../../api/sessions.ts';
import { temporalClient } from '../../api/temporal.ts';
import { createUser, type NewUser } from '../../api/users.ts';
import { loadConfig } from '../../config/config.ts';
import type { Mail } from '../../config/mailer.ts';
import { connect } from '../../db/connection.ts';

export interface TestApi {
  url: string;
  deps: ApiDeps;
  /** What would have been sent, oldest first. */
  mails: Mail[];
  logLines: string[];
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** A new customer, signed in: its id and its cookie. */
  customer(overrides?: Partial<NewUser>): Promise<{ accountId: string; email: string; cookie: string }>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  cookie?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON of the body, undefined for anything else. */
  body: any;
}

export interface TestApiOptions {
  databaseUrl: string;
  /** Absent: an address where nobody listens, as if Temporal were down. */
  temporalAddress?: string;
  environment?: NodeJS.ProcessEnv;
  deps?: Partial<Pick<ApiDeps, 'webhookParsers' | 'metrics'>>;
}

export const testPassword = 'correct horse battery';

/** The whole api over real HTTP on a port of its own. Requests carry our Origin, as a browser's would. */
export async function startTestApi(options: TestApiOptions): Promise<TestApi> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mails: Mail[] = [];
  const logLines: string[] = [];
  const { deps, close } = makeDeps(url, options, mails, logLines);
  server.on('request', createApp(deps).callback());
  const request = (method: string, target: string, requestOptions: RequestOptions = {}) =>
    send(url, method, target, requestOptions);

  return {
    url,
    deps,
    mails,
    logLines,
    request,
    customer: async (overrides = {}) => {
      const email = overrides.email ?? `${uuidv7()}@example.com`;
      const user = { email, password: testPassword, name: 'A customer', ...overrides };
      const accountId = await createUser(deps.auth, user);
      const answer = await request('POST', '/api/auth/sign-in/email', {
        body: { email, password: user.password },
      });
      return { accountId, email, cookie: cookieOf(answer) };
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await close();
    },
  };
}

function makeDeps(url: string, options: TestApiOptions, mails: Mail[], logLines: string[]) {
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: options.databaseUrl,
    AUTH_SECRET: 'a-secret-of-thirty-two-characters-for-tests',
    AUTH_ATTEMPTS_PER_MINUTE: '100000',
    PUBLIC_URL: url,
    MAIL_DIR: path.join(tmpdir(), 'tollgate-test-mail'),
    TEMPORAL_ADDRESS: options.temporalAddress ?? '127.0.0.1:1',
    ...options.environment,
  });
  const logger = pino({ level: 'info' }, { write: (line) => void logLines.push(line) });
  const db = connect({ url: config.DATABASE_URL, poolMax: 10, applicationName: 'tollgate-test-api' });
  const authPool = connectAuthPool({ url: config.DATABASE_URL, poolMax: 5, logger });
  const sendMail = async (mail: Mail) => void mails.push(mail);
  const auth = createAuth({ config, db, pool: authPool, sendMail, logger });
  const temporal = temporalClient(config);
  const deps: ApiDeps = {
    config,
    db,
    authPool,
    auth,
    readSession: createSessionReader(auth, db),
    temporal,
    webhookParsers: new Map(),
    metrics: new Registry(),
    draining: new AbortController().signal,
    logger,
    ...options.deps,
  };
  const close = async () => {
    await Promise.all([db.destroy(), authPool.end(), temporal.connection.close()]);
  };
  return { deps, close };
}

async function send(url: string, method: string, target: string, options: RequestOptions): Promise<Answer> {
  const json = options.body !== undefined;
  const response = await fetch(url + target, {
    method,
    redirect: 'manual',
    headers: {
      origin: url,
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...(options.cookie ? { cookie: options.cookie } : {}),
      ...options.headers,
    },
    body: json ? JSON.stringify(options.body) : (options.raw ?? null),
  } as RequestInit);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  };
}

/** The cookies that an answer set, as the next request sends them. */
export function cookieOf(answer: Answer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
