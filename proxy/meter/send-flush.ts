import type pg from 'pg';
import type { UnitCounts } from '../../billing/units.ts';
import { limitedHoldRecord, meterFlushLimited } from '../../db/limited-holds.ts';
import { type FlushAnswer, type HoldRequest, holdRecord, meterFlush } from '../../db/metering.ts';

interface SentHold {
  record: string;
  request: HoldRequest;
}

interface SentCall {
  id: string;
  record: string;
  units: UnitCounts | undefined;
}

export function recordOf(request: HoldRequest): string {
  return request.limits ? limitedHoldRecord(request, request.limits) : holdRecord(request);
}

/** One flush. Only one that has limited holds in it pays for what these need. */
export function sendFlush(
  client: pg.Client,
  batchId: string,
  settlements: readonly SentCall[],
  holds: readonly SentHold[],
): Promise<FlushAnswer[]> {
  const calls = settlements.map(toRecord);
  const units = unitsById(settlements);
  if (!holds.some(isLimited)) return meterFlush(client, batchId, calls, holds.map(toRecord), units);
  return meterFlushLimited(client, {
    id: batchId,
    calls,
    holds: holds.filter((hold) => !isLimited(hold)).map(toRecord),
    limitedHolds: holds.filter(isLimited).map(toRecord),
    units,
  });
}

function isLimited({ request }: SentHold): boolean {
  return request.limits !== undefined;
}

function toRecord({ record }: { record: string }): string {
  return record;
}

/** Most batches have none. */
function unitsById(settlements: readonly SentCall[]): Record<string, UnitCounts> | undefined {
  let byId: Record<string, UnitCounts> | undefined;
  for (const { id, units } of settlements) if (units) byId = { ...byId, [id]: units };
  return byId;
}
