import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { listAudit, type NewAuditEntry, writeAudit } from './audit-log.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const write = (overrides: Partial<NewAuditEntry> = {}) =>
  database.db.transaction((trx) =>
    writeAudit(trx, {
      actorId: null,
      actor: 'billing-run',
      action: 'subscription.skip',
      subjectKind: 'subscription',
      subjectId: 's-1',
      ...overrides,
    }),
  );

describe('the audit log', () => {
  it('keeps who, what, before, after and why', async () => {
    const entry = {
      actorId: uuidv7(),
      actor: 'admin@example.com',
      action: 'grant',
      subjectKind: 'pool',
      subjectId: '1001',
      accountId: uuidv7(),
      before: { balance_usd: '1.00' },
      after: { balance_usd: '3.00', nanos: 3_000_000_000n },
      reason: 'An outage on Monday',
    };
    const id = await write(entry);
    expect(await listAudit(database.db, { accountId: entry.accountId, limit: 10 })).toEqual([
      { ...entry, id, at: expect.any(Date), after: { balance_usd: '3.00', nanos: '3000000000' } },
    ]);
  });

  it('is never changed, emptied or shortened', async () => {
    const id = await write();
    const refusal = { constraint: 'audit_log_append_only' };
    await expect(
      database.db.raw(`update audit_log set actor = 'nobody' where id = ?`, [id]),
    ).rejects.toMatchObject(refusal);
    await expect(database.db.raw('delete from audit_log where id = ?', [id])).rejects.toMatchObject(refusal);
    await expect(database.db.raw('truncate audit_log')).rejects.toMatchObject(refusal);
    const { rows } = await database.db.raw('select actor from audit_log where id = ?', [id]);
    expect(rows).toEqual([{ actor: 'billing-run' }]);
  });

  it('goes with the act: rolled back together', async () => {
    const accountId = uuidv7();
    const act = database.db.transaction(async (trx) => {
      await writeAudit(trx, {
        actorId: null,
        actor: 'x',
        action: 'x',
        subjectKind: 'x',
        subjectId: 'x',
        accountId,
      });
      throw new Error('the act failed');
    });
    await expect(act).rejects.toThrow('the act failed');
    expect(await listAudit(database.db, { accountId, limit: 10 })).toEqual([]);
  });

  it('is paged newest first, also through entries of one moment, and while more arrive', async () => {
    const accountId = uuidv7();
    const { rows } = await database.db.raw(
      `insert into audit_log (id, at, actor, action, subject_kind, subject_id, account_id)
       select gen_random_uuid(), '2020-05-01T00:00:00Z', 'x', 'x', 'x', n::text, ?::uuid from generate_series(1, 7) n
       returning id`,
      [accountId],
    );
    const seen: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await listAudit(database.db, { accountId, before, limit: 2 });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
      await write({ accountId });
    }
    expect(seen).toHaveLength(7);
    expect([...seen].sort()).toEqual(rows.map((row: { id: string }) => row.id).sort());
  });

  it('is filtered by action and time, the last moment left out', async () => {
    const accountId = uuidv7();
    for (const [at, action] of [
      ['2026-01-01T00:00:00Z', 'a'],
      ['2026-01-02T00:00:00Z', 'a'],
      ['2026-01-02T00:00:00Z', 'b'],
      ['2026-01-03T00:00:00Z', 'a'],
    ])
      await database.db.raw(
        `insert into audit_log (id, at, actor, action, subject_kind, subject_id, account_id)
         values (gen_random_uuid(), ?, 'x', ?, 'x', 'x', ?)`,
        [at, action, accountId] as string[],
      );
    const found = await listAudit(database.db, {
      accountId,
      action: 'a',
      from: '2026-01-02T00:00:00Z',
      to: '2026-01-03T00:00:00Z',
      limit: 10,
    });
    expect(found.map(({ at, action }) => [at.toISOString(), action])).toEqual([
      ['2026-01-02T00:00:00.000Z', 'a'],
    ]);
  });
});
