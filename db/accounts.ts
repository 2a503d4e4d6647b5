import { randomInt } from 'node:crypto';
import type { Span } from '../billing/calendar.ts';
import type { Db, Transaction } from './connection.ts';

export interface Account {
  id: string;
  status: 'active' | 'suspended';
  referralCode: string;
  timeZone: string;
  displayCurrency: string;
  /** Whether the wallet pays for calls. */
  pay2go: boolean;
  createdAt: Date;
}

const accountColumns = `id, status, referral_code as "referralCode", time_zone as "timeZone",
  display_currency as "displayCurrency", pay2go_enabled as pay2go, created_at as "createdAt"`;

export async function findAccount(db: Db | Transaction, accountId: string): Promise<Account | undefined> {
  const { rows } = await db.raw(`select ${accountColumns} from accounts where id = ?`, [accountId]);
  return rows[0];
}

/**
 * The account of a user, made if it is missing: together with its referral code and the two pools that every
 * account has. `invitation` is another's referral code; one that nobody has is ignored. Called when a user registers and again at each session, in case a crash fell between.
 */
export async function ensureAccount(db: Db, accountId: string, invitation?: string): Promise<Account> {
  const existing = await findAccount(db, accountId);
  if (existing) return existing;
  await db.transaction(async (transaction) => {
    await insertAccount(transaction, accountId, invitation ?? null);
    await openStandingPools(transaction, accountId);
  });
  const made = await findAccount(db, accountId);
  if (!made) throw new Error(`Account ${accountId} could not be made`);
  return made;
}

async function insertAccount(
  transaction: Transaction,
  accountId: string,
  invitation: string | null,
): Promise<void> {
  // A drawn code may be taken: `do nothing` covers that and a second process making the same account.
  for (let attempt = 0; attempt < 5; attempt++) {
    const { rowCount } = await transaction.raw(
      `insert into accounts (id, referral_code, invited_by)
       values (:accountId, :code, (select id from accounts where referral_code = upper(:invitation)))
       on conflict do nothing`,
      { accountId, code: drawReferralCode(), invitation },
    );
    if (rowCount === 1 || (await findAccount(transaction, accountId))) return;
  }
}

async function openStandingPools(transaction: Transaction, accountId: string): Promise<void> {
  await transaction.raw(
    `insert into ledger_accounts (account_id, pool) values (:accountId, 'wallet'), (:accountId, 'referral')
     on conflict (account_id, pool) where pool in ('wallet', 'referral') do nothing`,
    { accountId },
  );
}

export interface AccountSettings {
  timeZone?: string | undefined;
  displayCurrency?: string | undefined;
  pay2go?: boolean | undefined;
  /** With a zone that is another one: the day of daily caps that goes on. */
  keptDay?: Span | undefined;
}

/** Changes what is named, and nothing else. */
export async function updateAccountSettings(
  trx: Transaction,
  accountId: string,
  { timeZone, displayCurrency, pay2go, keptDay }: AccountSettings,
): Promise<Account> {
  const { rows } = await trx.raw(
    `update accounts
        set time_zone = coalesce(:timeZone, time_zone), display_currency = coalesce(:displayCurrency, display_currency),
            pay2go_enabled = coalesce(:pay2go, pay2go_enabled), cap_day_start = coalesce(:keptFrom, cap_day_start),
            cap_day_end = coalesce(:keptTo, cap_day_end)
      where id = :accountId returning ${accountColumns}`,
    {
      accountId,
      timeZone: timeZone ?? null,
      displayCurrency: displayCurrency ?? null,
      pay2go: pay2go ?? null,
      keptFrom: keptDay ? new Date(keptDay.startMs) : null,
      keptTo: keptDay ? new Date(keptDay.endMs) : null,
    },
  );
  return rows[0];
}

// Without 0/O, 1/I/L and vowels: people read codes aloud, and none of them spells a word.
const codeAlphabet = '23456789BCDFGHJKMNPQRSTVWXYZ';
// 28^8 is 378 thousand million: a drawn code is almost never taken.
const CODE_LENGTH = 8;

function drawReferralCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => codeAlphabet[randomInt(codeAlphabet.length)]).join('');
}
