import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { migrate, pendingMigrations } from './migrate.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('applies nothing twice and leaves nothing pending', async () => {
  expect(await migrate(database.db)).toEqual([]);
  expect(await pendingMigrations(database.db)).toEqual([]);
});

it('goes on after a process was killed in the middle of a migration', async () => {
  await database.db.raw('update knex_migrations_lock set is_locked = 1');
  expect(await migrate(database.db)).toEqual([]);
});

it('lets two processes that start together both finish', async () => {
  await database.db.raw('drop schema public cascade; create schema public');
  const applied = await Promise.all([migrate(database.db), migrate(database.db)]);
  expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  expect(await pendingMigrations(database.db)).toEqual([]);
});
