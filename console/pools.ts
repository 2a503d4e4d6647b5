import type { Balance } from '../api/schemas/account.ts';
import { isZero } from './money.ts';

type Pool = Balance['pools'][number];

interface PoolWords {
  label: string;
  note: string;
  color: string;
}

/** In the order in which calls spend them. */
export const poolWords: Record<Pool['pool'], PoolWords> = {
  main: { label: 'Plan', note: 'Spent first; what is left ends with the period', color: 'petrol.7' },
  backup: { label: 'Backup', note: 'When the plan is used up', color: 'petrol.5' },
  voucher: { label: 'Vouchers', note: 'The earliest to expire first', color: 'yellow.6' },
  wallet: { label: 'Wallet', note: 'Never expires', color: 'petrol.3' },
  referral: {
    label: 'Referral rewards',
    note: 'To be transferred to the wallet before use',
    color: 'gray.5',
  },
};

/** What has money in it, and always the wallet, because that is what a top-up fills. */
export function shownPools(pools: readonly Pool[]): Pool[] {
  const order = Object.keys(poolWords);
  return pools
    .filter(({ pool, posted_usd }) => pool === 'wallet' || !isZero(posted_usd))
    .toSorted((a, b) => order.indexOf(a.pool) - order.indexOf(b.pool));
}
