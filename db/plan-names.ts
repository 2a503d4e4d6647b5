import type { Db, Transaction } from './connection.ts';

/** The names of the plans that these versions of terms belong to. */
export async function readPlanNames(
  db: Db | Transaction,
  versions: readonly (bigint | null)[],
): Promise<Map<bigint, string>> {
  const asked = [...new Set(versions.filter((version) => version !== null))].map(String);
  if (asked.length === 0) return new Map();
  const { rows } = await db.raw<{ rows: { version: bigint; name: string }[] }>(
    `select v.version, p.name from plan_versions v join plans p on p.id = v.plan_id
      where v.version = any (:asked::bigint[])`,
    { asked },
  );
  return new Map(rows.map(({ version, name }) => [version, name]));
}
