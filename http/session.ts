import { DomainError } from '../billing/errors.ts';
import type { AppContext, Next } from './context.ts';

export const roles = ['customer', 'support', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who is calling, read freshly from the database on every request: a suspension or a logout works at once. */
export interface Session {
  accountId: string;
  userId: string;
  email: string;
  name: string;
  emailVerified: boolean;
  role: Role;
}

/** Throws for a suspended account. `undefined`: nobody is signed in. */
export type SessionReader = (ctx: AppContext) => Promise<Session | undefined>;

export function requireSession(readSession: SessionReader) {
  return async (ctx: AppContext, next: Next) => {
    const session = await readSession(ctx);
    if (!session) throw new DomainError('unauthorized', 'Sign in first');
    ctx.state.session = session;
    await next();
  };
}

/** After `requireSession`. An admin may do what support may. */
export function requireRole(role: Role) {
  return async (ctx: AppContext, next: Next) => {
    const held = ctx.state.session?.role ?? 'customer';
    if (roles.indexOf(held) < roles.indexOf(role))
      throw new DomainError('forbidden', `This needs the role ${role}`);
    await next();
  };
}
