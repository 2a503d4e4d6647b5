import type { ApiKey } from '../api/schemas/keys.ts';
import type { KeyChange, NewKey } from './api/keys.ts';

/** A key as a form holds it. */
export interface KeyFields {
  name: string;
  /** Days from now, '' for never, 'keep' for as it is. */
  expires: string;
  models: string[];
  ips: string[];
  /** Dollars; '' for no limit. */
  limit: string;
  window: SpendWindow;
}

export type SpendWindow = NonNullable<ApiKey['spend_limit']>['window'];

export const windowWords: Record<SpendWindow, string> = {
  total: 'in all',
  day: 'a day',
  week: 'a week',
  month: 'a month',
};

const DAY_MS = 86_400_000;

export const emptyFields: KeyFields = {
  name: '',
  expires: '',
  models: [],
  ips: [],
  limit: '',
  window: 'month',
};

export function fieldsOf(key: ApiKey): KeyFields {
  return {
    name: key.name,
    expires: 'keep',
    models: key.models ?? [],
    ips: key.ip_ranges ?? [],
    limit: key.spend_limit?.amount_usd ?? '',
    window: key.spend_limit?.window ?? 'month',
  };
}

export function limitProblem(text: string): string | null {
  const fine = text.trim() === '' || (/^\d{1,9}(\.\d{1,9})?$/.test(text.trim()) && /[1-9]/.test(text));
  return fine ? null : 'Write dollars above zero, for example 20 or 0.50, or nothing for no limit';
}

const limitOf = ({ limit, window }: KeyFields) => ({ amount_usd: limit.trim(), window });

/** Fields that were left alone are left out: no limit of that kind. */
export function toNewKey(fields: KeyFields): NewKey {
  const { name, expires, models, ips } = fields;
  return {
    name: name.trim(),
    ...(expires ? { expires_in_days: Number(expires) } : {}),
    ...(models.length > 0 ? { models } : {}),
    ...(ips.length > 0 ? { ip_ranges: ips } : {}),
    ...(fields.limit.trim() ? { spend_limit: limitOf(fields) } : {}),
  };
}

/** All of it but an expiry that was not chosen anew; what was emptied is lifted. */
export function toKeyChange(fields: KeyFields, now: number): KeyChange {
  const { name, expires, models, ips } = fields;
  return {
    name: name.trim(),
    models: models.length > 0 ? models : null,
    ip_ranges: ips.length > 0 ? ips : null,
    spend_limit: fields.limit.trim() ? limitOf(fields) : null,
    ...(expires === 'keep' ? {} : { expires_at: expiryOf(expires, now) }),
  };
}

function expiryOf(days: string, now: number): string | null {
  return days === '' ? null : new Date(now + Number(days) * DAY_MS).toISOString();
}
