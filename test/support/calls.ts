import { v7 as uuidv7 } from 'uuid';
import { noUsage } from '../../billing/usage.ts';
import type { HoldRequest, Settlement } from '../../db/metering.ts';

const keyId = uuidv7();

export function aHold(
  overrides: Partial<HoldRequest> & Pick<HoldRequest, 'accountId' | 'amountNanos'>,
): HoldRequest {
  return {
    id: uuidv7(),
    apiKeyId: keyId,
    modelId: 'gpt-4o-mini',
    route: '/v1/chat/completions',
    streamed: false,
    seconds: 600,
    ...overrides,
  };
}

export function aSettlement(
  overrides: Partial<Settlement> & Pick<Settlement, 'id' | 'accountId'>,
): Settlement {
  return {
    apiKeyId: keyId,
    modelId: 'gpt-4o-mini',
    priceVersion: 1n,
    upstreamId: 'simulated',
    route: '/v1/chat/completions',
    streamed: false,
    outcome: 'finished',
    estimated: false,
    httpStatus: 200,
    usage: { ...noUsage, input: 10, output: 5 },
    chargeNanos: 0n,
    costNanos: 0n,
    startedAt: new Date(),
    firstByteMs: 3,
    durationMs: 4,
    ...overrides,
  };
}
