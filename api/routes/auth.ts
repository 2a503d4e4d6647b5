import type { z } from 'zod';
import type { ErrorCode } from '../../billing/errors.ts';
import { forwardToAuth } from '../auth-gateway.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  changePassword,
  currentSession,
  done,
  requestReset,
  resetPassword,
  sendVerification,
  signedIn,
  signIn,
  signUp,
  verifyQuery,
} from '../schemas/auth.ts';

/**
 * What customers may use of better-auth. The library has more endpoints (its admin and API-key plugins among
 * them); only these are reachable, so that ours alone decide about keys, roles and suspension.
 */
export function authRoutes(deps: ApiDeps): Route[] {
  const post = <B extends z.ZodType, R extends z.ZodType>(
    path: string,
    summary: string,
    body: B,
    schema: R,
  ) =>
    defineRoute({
      ...common(path, summary),
      method: 'post',
      body,
      response: { status: 200, description: 'Done', schema },
      handler: (call) => forwardToAuth(deps, call.ctx, call.body) as Promise<z.input<R>>,
    });
  return [
    post('/sign-up/email', 'Register', signUp, signedIn),
    post('/sign-in/email', 'Sign in', signIn, signedIn),
    post('/send-verification-email', 'Send the confirmation mail again', sendVerification, done),
    post('/request-password-reset', 'Ask for a password reset mail', requestReset, done),
    post('/reset-password', 'Choose a new password', resetPassword, done),
    post('/change-password', 'Change the password', changePassword, done),
    ...bodiless(deps),
  ];
}

function bodiless(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      ...common('/sign-out', 'Sign out'),
      method: 'post',
      response: { status: 200, description: 'Done', schema: done },
      handler: ({ ctx }) => forwardToAuth(deps, ctx) as Promise<z.input<typeof done>>,
    }),
    defineRoute({
      ...common('/get-session', 'Who is signed in; null for nobody'),
      method: 'get',
      response: { status: 200, description: 'The session', schema: currentSession },
      handler: ({ ctx }) => forwardToAuth(deps, ctx) as Promise<z.input<typeof currentSession>>,
    }),
    defineRoute({
      ...common('/verify-email', 'Confirm an e-mail address: the link in the mail'),
      method: 'get',
      query: verifyQuery,
      response: { status: 302, description: 'To the page asked for, with ?error= when the link is stale' },
      handler: async ({ ctx }) => {
        await forwardToAuth(deps, ctx);
      },
    }),
  ];
}

function common(path: string, summary: string) {
  const errors: ErrorCode[] = ['unauthorized', 'forbidden', 'rate_limit_exceeded'];
  return { path: `/api/auth${path}`, summary, tag: 'Sign-in', access: 'public' as const, errors };
}
