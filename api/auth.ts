import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { admin } from 'better-auth/plugins';
import { adminAc, userAc } from 'better-auth/plugins/admin/access';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/config.ts';
import type { Mailer } from '../config/mailer.ts';
import { ensureAccount, findAccount } from '../db/accounts.ts';
import type { Db } from '../db/connection.ts';

export const AUTH_PATH = '/api/auth';
/** Set by us from the connection (auth-gateway.ts); a caller's own header of this name never gets through. */
export const CLIENT_IP_HEADER = 'x-tollgate-client-ip';
export const API_KEY_PREFIX = 'tg_';

export interface AuthDeps {
  config: Config;
  db: Db;
  pool: Pool;
  sendMail: Mailer;
  logger: Logger;
}

export type Auth = ReturnType<typeof createAuth>;

/** Registration, sessions and API keys. docs/decisions/0003-auth.md says what is used of the library and what not. */
export function createAuth(deps: AuthDeps) {
  const { config, pool } = deps;
  return betterAuth({
    appName: 'Tollgate',
    baseURL: config.PUBLIC_URL,
    basePath: AUTH_PATH,
    secret: config.AUTH_SECRET,
    trustedOrigins: [config.PUBLIC_URL],
    database: pool,
    telemetry: { enabled: false },
    logger: { level: 'warn', log: logTo(deps.logger) },
    // Outages are answered by http/errors.ts like everywhere else.
    onAPIError: { throw: true },
    advanced: {
      // Said here, because NODE_ENV=test would switch both off.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      database: { generateId: () => uuidv7(), joins: true },
      useSecureCookies: config.PUBLIC_URL.startsWith('https:'),
      cookiePrefix: 'tollgate',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
      backgroundTasks: {
        handler: (task) => void task.catch((err) => deps.logger.error({ err }, 'Mail was not sent')),
      },
    },
    user: { modelName: 'auth_users' },
    session: { modelName: 'auth_sessions' },
    account: { modelName: 'auth_credentials' },
    verification: { modelName: 'auth_verifications', storeIdentifier: 'hashed' },
    rateLimit: rateLimits(config),
    emailAndPassword: passwordOptions(deps),
    emailVerification: verificationOptions(deps),
    databaseHooks: accountHooks(deps),
    plugins: [rolesPlugin(), keysPlugin()],
  });
}

function logTo(logger: Logger) {
  return (level: 'debug' | 'info' | 'warn' | 'error', message: string, ...details: unknown[]) => {
    logger[level]({ part: 'better-auth', err: details.find((detail) => detail instanceof Error) }, message);
  };
}

/** Counted in the database, so that a second api process does not double them. */
function rateLimits({ AUTH_ATTEMPTS_PER_MINUTE: max }: Config) {
  const perMinute = { window: 60, max };
  return {
    enabled: true,
    storage: 'database' as const,
    modelName: 'auth_rate_limits',
    window: 60,
    max: 600,
    customRules: {
      '/sign-in/*': perMinute,
      '/sign-up/*': perMinute,
      '/change-password': perMinute,
      '/reset-password': perMinute,
      '/request-password-reset': perMinute,
      '/send-verification-email': perMinute,
    },
  };
}

function passwordOptions({ config, sendMail }: AuthDeps) {
  return {
    enabled: true,
    minPasswordLength: 10,
    maxPasswordLength: 128,
    revokeSessionsOnPasswordReset: true,
    sendResetPassword: ({ user, token }: { user: { email: string }; token: string }) =>
      sendMail({
        to: user.email,
        subject: 'Reset your Tollgate password',
        text: `Open this link within an hour to choose a new password:\n\n${config.PUBLIC_URL}/console/reset-password?token=${token}\n\nIf you did not ask for it, ignore this mail.`,
      }),
  };
}

function verificationOptions({ sendMail }: AuthDeps) {
  return {
    sendOnSignUp: true,
    expiresIn: 86_400,
    sendVerificationEmail: ({ user, url }: { user: { email: string }; url: string }) =>
      sendMail({
        to: user.email,
        subject: 'Confirm your e-mail address for Tollgate',
        text: `Open this link within a day to confirm that this address is yours:\n\n${url}`,
      }),
  };
}

function accountHooks({ db }: AuthDeps) {
  return {
    user: {
      create: {
        after: async ({ id }: { id: string }, request: { body?: { referralCode?: string } } | null) => {
          await ensureAccount(db, id, request?.body?.referralCode);
        },
      },
    },
    session: {
      create: {
        before: async ({ userId }: { userId: string }) => {
          // Right after a registration the account is not there yet: this runs before the user is committed.
          const account = await findAccount(db, userId);
          if (account?.status === 'suspended')
            throw new APIError('FORBIDDEN', {
              code: 'ACCOUNT_SUSPENDED',
              message: 'This account is suspended',
            });
        },
      },
    },
  };
}

/** Support and admin differ by our own route guards; of the library's permissions only admin has any. */
function rolesPlugin() {
  return admin({
    defaultRole: 'customer',
    adminRoles: ['admin'],
    roles: { customer: userAc, support: userAc, admin: adminAc },
  });
}

/** Makes keys and stores their SHA-256. The proxy reads the table itself, so the plugin's own limits are off. */
function keysPlugin() {
  return apiKey({
    defaultPrefix: API_KEY_PREFIX,
    defaultKeyLength: 48,
    startingCharactersConfig: { shouldStore: true, charactersLength: API_KEY_PREFIX.length + 5 },
    maximumNameLength: 80,
    requireName: true,
    keyExpiration: { defaultExpiresIn: null, minExpiresIn: 1, maxExpiresIn: 3650 },
    rateLimit: { enabled: false },
    schema: { apikey: { modelName: 'api_keys' } },
  });
}
