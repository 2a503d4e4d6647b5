import { parseSearch } from './search.ts';

export interface Destination {
  to: string;
  search: Record<string, string>;
}

/**
 * Where to go after the login. Only a page of the console: an address from elsewhere would let a link to our login
 * end on a page that only looks like ours.
 */
export function destinationOf(path: string | undefined): Destination {
  const base = 'http://console.invalid';
  const target = path?.startsWith('/') && URL.canParse(path, base) ? new URL(path, base) : undefined;
  if (target?.origin !== base || target.pathname.startsWith('//')) return { to: '/', search: {} };
  return { to: target.pathname, search: parseSearch(target.search) };
}
