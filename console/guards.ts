import type { QueryClient } from '@tanstack/react-query';
import { notFound, redirect } from '@tanstack/react-router';
import type { Me } from '../api/schemas/account.ts';
import { meQuery } from './api/account.ts';
import { isSignedOut } from './api/query-client.ts';
import { destinationOf } from './return-path.ts';

interface GuardInput {
  context: { queryClient: QueryClient };
  location: { href: string };
  search: { return?: string | undefined };
}

/** Nobody signed in: to the login, and from there back to what was asked for. */
export async function requireSession({ context, location }: GuardInput): Promise<void> {
  try {
    await knownAccount(context.queryClient);
  } catch (error) {
    if (isSignedOut(error)) throw redirect({ to: '/login', search: loginSearch(location.href) });
    throw error;
  }
}

export type Staff = 'support' | 'admin';

/** An admin may do all that support may. */
export const mayAct = (role: Me['role'], staff: Staff) => role === 'admin' || role === staff;

/** A page that is not for this account does not exist for it; the api would refuse its questions too. */
export const requireRole =
  (staff: Staff) =>
  async ({ context }: Pick<GuardInput, 'context'>): Promise<void> => {
    const { role } = await knownAccount(context.queryClient);
    if (!mayAct(role, staff)) throw notFound();
  };

/** From memory, unless a sign-out has made that worthless. */
function knownAccount(queryClient: QueryClient) {
  const doubtful = queryClient.getQueryState(meQuery.queryKey)?.isInvalidated ?? false;
  return doubtful ? queryClient.fetchQuery(meQuery) : queryClient.ensureQueryData(meQuery);
}

/** "/" is where the login leads anyway. */
export function loginSearch(href: string): { return?: string | undefined } {
  return href === '/' ? {} : { return: href };
}

/** Where the api does not answer, the form is still the right page: sending it will tell. */
export async function skipWhenSignedIn({ context, search }: GuardInput): Promise<void> {
  const me = await context.queryClient
    .fetchQuery({ ...meQuery, staleTime: 0, retry: false })
    .catch(() => undefined);
  if (me) throw redirect(destinationOf(search.return));
}
