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
  day: { group: '(p.at at time zone :timeZone)::date', name: `to_char(c.grp, 'YYYY-MM-DD')` },
  model: { group: 'p.model_id', name: 'c.grp' },
  key: { group: 'p.api_key_id', name: 'c.grp::text' },
};

/**
 * Sums of an account's calls by day of its time zone, by model or by key, and their total, in one query: most of it from
 * the sums of whole hours (usage-hours.ts). Grouped before they are totalled: a grouping set over the parts themselves
 * would keep Postgres from sharing them among its workers.
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
       select ${name} as name, coalesce(sum(c.calls), 0)::bigint as calls,
              coalesce(sum(c.input), 0)::bigint as "inputTokens", coalesce(sum(c.output), 0)::bigint as "outputTokens",
              coalesce(sum(c.charge), 0)::bigint as "chargeNanos"
         from (select ${group} as grp, sum(p.calls) as calls, sum(p.charge_nanos) as charge,
                      sum(p.input_tokens) as input, sum(p.output_tokens) as output
                 from usage_parts(cast(:accountId as uuid), coalesce(cast(:from as timestamptz), 'epoch'),
                        coalesce(cast(:to as timestamptz), '9999-12-31'), ${groupBy === 'day' ? ':timeZone' : 'null'}) p
                where (cast(:model as text) is null or p.model_id = :model)
                  and (cast(:keyId as uuid) is null or p.api_key_id = :keyId) group by 1) c
        group by grouping sets ((c.grp), ())
     ) s left join api_keys k on cast(:groupBy as text) = 'key' and k.id::text = s.name
     order by s."chargeNanos" desc, s.calls desc, s.name`,
    { ...matchingBindings(accountId, rest), timeZone, groupBy },
  );
  return rows;
}
