import type { Knex } from 'knex';
import * as accounts from './migrations/0001-accounts.ts';
import * as ledger from './migrations/0002-ledger.ts';
import * as orders from './migrations/0003-orders.ts';
import * as metering from './migrations/0004-metering.ts';
import * as priceDimensions from './migrations/0006-price-dimensions.ts';
import * as keyLimits from './migrations/0007-key-limits.ts';
import * as usagePartitions from './migrations/0008-usage-partitions.ts';
import * as groupHistory from './migrations/0009-group-history.ts';
import * as plans from './migrations/0011-plans.ts';
import * as spendWindows from './migrations/0012-spend-windows.ts';
import * as meteringRecords from './migrations/0013-metering-records.ts';
import * as meterFlush from './migrations/0014-meter-flush.ts';
import * as undecidedOrders from './migrations/0015-undecided-orders.ts';
import * as subscriptions from './migrations/0016-subscriptions.ts';
import * as auditLog from './migrations/0017-audit-log.ts';
import * as refunds from './migrations/0018-refunds.ts';
import * as usageTransfers from './migrations/0019-usage-transfers.ts';
import * as usageHours from './migrations/0020-usage-hours.ts';
import * as holdPayers from './migrations/0021-hold-payers.ts';
import * as capDays from './migrations/0022-cap-days.ts';
import * as noticeTries from './migrations/0023-notice-tries.ts';
import * as forgottenCards from './migrations/0024-forgotten-cards.ts';

/** In order. Forward only: a mistake is mended by a later migration. */
const migrations: Record<string, { up: string }> = {
  '0001-accounts': accounts,
  '0002-ledger': ledger,
  '0003-orders': orders,
  '0004-metering': metering,
  '0006-price-dimensions': priceDimensions,
  '0007-key-limits': keyLimits,
  '0008-usage-partitions': usagePartitions,
  '0009-group-history': groupHistory,
  '0011-plans': plans,
  '0012-spend-windows': spendWindows,
  '0013-metering-records': meteringRecords,
  '0014-meter-flush': meterFlush,
  '0015-undecided-orders': undecidedOrders,
  '0016-subscriptions': subscriptions,
  '0017-audit-log': auditLog,
  '0018-refunds': refunds,
  '0019-usage-transfers': usageTransfers,
  '0020-usage-hours': usageHours,
  '0021-hold-payers': holdPayers,
  '0022-cap-days': capDays,
  '0023-notice-tries': noticeTries,
  '0024-forgotten-cards': forgottenCards,
};

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => ({
    up: async (knex) => {
      const migration = migrations[name];
      if (!migration) throw new Error(`There is no migration ${name}`);
      await knex.raw(migration.up);
    },
    down: () => Promise.reject(new Error('Migrations go forward only')),
  }),
};

/**
 * Brings the schema up to date. Two processes that race wait for each other. Knex's own lock is a row that a killed
 * process leaves behind, so it is freed first: Postgres's lock, which dies with its holder, is the one that counts.
 * Needs a pool of two.
 */
export function migrate(knex: Knex): Promise<string[]> {
  return knex.transaction(async (holder) => {
    await holder.raw('set local statement_timeout = 0');
    await holder.raw("select pg_advisory_xact_lock(hashtext('tollgate_migrations'))");
    await knex.migrate.forceFreeMigrationsLock({ migrationSource });
    const [, applied] = (await knex.migrate.latest({ migrationSource })) as [number, string[]];
    return applied;
  });
}

/** What `migrate` would still do. Processes refuse to start on an older schema than they were written for. */
export async function pendingMigrations(knex: Knex): Promise<string[]> {
  const [, pending] = (await knex.migrate.list({ migrationSource })) as [unknown, string[]];
  return pending;
}
