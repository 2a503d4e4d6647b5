import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { ActivityDeps } from '../activities/deps.ts';
import { forgetRemovedCards } from '../activities/forget-cards.ts';
import { sendNotices } from '../activities/subscription/send-notices.ts';
import type { Db } from '../db/connection.ts';
import { expireLeftovers } from '../db/expired-leftovers.ts';
import { voidExpiredHolds } from '../db/holds.ts';
import { listForgottenEvents, markKnownCharges } from '../db/inbox.ts';
import { listOverdueOrders } from '../db/orders.ts';
import { dropOldWindows } from '../db/spend-windows.ts';
import { countUsage } from '../db/usage-hours.ts';
import { ensureUsagePartitions } from '../db/usage-partitions.ts';
import {
  confirmPaymentStart,
  confirmPaymentWorkflow,
  orderWorkflowOf,
  type TopUpInput,
  topUpInputOf,
  topUpStart,
} from '../workflows/contract.ts';
import type { Sweep } from './sweeps.ts';

export interface SweepDeps extends Pick<ActivityDeps, 'providers' | 'sendMail'> {
  db: Db;
  temporal: Client;
  logger: Logger;
}

const SECOND_MS = 1_000;
const BATCH = 100;
// Longer than any cap's window, so that a call still finds its own.
const WINDOWS_KEPT_MS = 100 * 24 * 3_600 * SECOND_MS;

/** What has to be noticed although nobody tells. */
export function sweepList(deps: SweepDeps): Sweep[] {
  return [
    { name: 'forgotten events', everyMs: 5 * SECOND_MS, run: () => startForgottenEvents(deps) },
    { name: 'overdue orders', everyMs: 60 * SECOND_MS, run: () => resumeOverdueOrders(deps) },
    { name: 'expired holds', everyMs: 15 * SECOND_MS, run: () => voidHolds(deps) },
    { name: 'unsent notices', everyMs: 60 * SECOND_MS, run: () => sendNotices(deps) },
    { name: 'removed cards', everyMs: 30 * SECOND_MS, run: () => forgetRemovedCards(deps) },
    { name: 'pools that ended', everyMs: 15 * SECOND_MS, run: () => expireRests(deps) },
    { name: 'usage partitions', everyMs: 3_600 * SECOND_MS, run: () => ensureUsagePartitions(deps.db) },
    { name: 'usage by the hour', everyMs: 60 * SECOND_MS, run: () => countAllUsage(deps) },
    { name: 'old caps', everyMs: 3_600 * SECOND_MS, run: () => forgetOldWindows(deps) },
  ];
}

/** Events that were stored while Temporal was down. */
async function startForgottenEvents({ db, temporal, logger }: SweepDeps): Promise<void> {
  await markKnownCharges(db);
  const events = await listForgottenEvents(db, BATCH);
  for (const event of events)
    await temporal.workflow.start(confirmPaymentWorkflow, confirmPaymentStart(event));
  if (events.length > 0) logger.info({ events: events.length }, 'Started confirmations that were left over');
}

/** Orders whose workflow was terminated or lost: started again, it goes on where the row stands. */
async function resumeOverdueOrders({ db, temporal, logger }: SweepDeps): Promise<void> {
  const orders = await listOverdueOrders(db, BATCH);
  for (const order of orders) await resumeOrder(temporal, topUpInputOf(order));
  if (orders.length > 0) logger.info({ orders: orders.length }, 'Resumed orders that were left over');
}

async function resumeOrder(temporal: Client, input: TopUpInput): Promise<void> {
  await temporal.workflow.start(orderWorkflowOf(input), topUpStart(input));
}

async function voidHolds({ db, logger }: SweepDeps): Promise<void> {
  const limit = 500;
  let voided = limit;
  while (voided === limit) {
    voided = await voidExpiredHolds(db, limit);
    if (voided > 0) logger.info({ voided }, 'Released holds of calls that never ended');
  }
}

async function expireRests({ db }: SweepDeps): Promise<void> {
  const limit = 100;
  let emptied = limit;
  while (emptied === limit) emptied = await expireLeftovers(db, limit);
}

async function countAllUsage({ db }: SweepDeps): Promise<void> {
  while (await countUsage(db));
}

async function forgetOldWindows({ db }: SweepDeps): Promise<void> {
  const limit = 1000;
  let dropped = limit;
  while (dropped === limit) dropped = await dropOldWindows(db, new Date(Date.now() - WINDOWS_KEPT_MS), limit);
}
