import type { Db } from './connection.ts';
import { type CallFilter, matchingBindings } from './usage-log.ts';

export type UsageGrouping = 'day' | 'model' | 'key';

export interface UsageSum {
  /** A day such as 2026-03-29, a model or the id of a key; null: all of them together. */
  name: string | null;
  /** Of a key. */
  label: string | null;
  calls: bigint;
  inputTokens: bigint;
  outputTokens: bigint;
  chargeNanos: bigint;
}

const names: Record<UsageGrouping, { group: string; name: string }> = {
  day: { group: '(p.at at time zone :timeZone)::date', name: `to_char(p.grp, 'YYYY-MM-DD')` },
  model: { group: 'p.model_id', name: 'p.grp' },
  key: { group: 'p.api_key_id', name: 'p.grp::text' },
};

/**
 * Sums of an account's calls by day of its time zone, by model or by key, and their total, in one query: most of it from
 * the sums of whole hours (usage-hours.ts).
 */
export async function sumUsage(
  db: Db,
  accountId: string,
  filter: CallFilter & { timeZone: string; groupBy: UsageGrouping },
): Promise<UsageSum[]> {
  const { timeZone, groupBy, ...rest } = filter;
  const { group, name } = names[groupBy];
  const { rows } = await db.raw(
    `select s.name, k.name as label, s.calls, s."inputTokens", s."outputTokens", s."chargeNanos" from (
       select ${name} as name, coalesce(sum(p.calls), 0)::bigint as calls,
              coalesce(sum(p.input_tokens), 0)::bigint as "inputTokens",
              coalesce(sum(p.output_tokens), 0)::bigint as "outputTokens",
              coalesce(sum(p.charge_nanos), 0)::bigint as "chargeNanos"
         from (select ${group} as grp, p.*
                 from usage_parts(cast(:accountId as uuid), coalesce(cast(:from as timestamptz), 'epoch'),
                        coalesce(cast(:to as timestamptz), '9999-12-31'), cast(:model as text), cast(:keyId as uuid),
                        ${groupBy === 'day' ? ':timeZone' : 'null'}) p) p
        group by grouping sets ((p.grp), ())
     ) s left join api_keys k on cast(:groupBy as text) = 'key' and k.id::text = s.name
     order by s."chargeNanos" desc, s.calls desc, s.name`,
    { ...matchingBindings(accountId, rest), timeZone, groupBy },
  );
  return rows;
}
