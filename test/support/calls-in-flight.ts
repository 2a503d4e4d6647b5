import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { callRecord, type HoldRequest, holdRecord, meterFlush, type Settlement } from '../../db/metering.ts';

/** Settles and holds as the proxy does, in one flush. */
export function flush(client: pg.Client, settlements: Settlement[], holds: HoldRequest[]) {
  return meterFlush(client, uuidv7(), settlements.map(callRecord), holds.map(holdRecord));
}
