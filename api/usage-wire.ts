import { type CostBreakdown, EXACT_DECIMALS, MILLIONTHS_DECIMALS } from '../billing/cost-breakdown.ts';
import { formatDecimal, formatUsd } from '../billing/money.ts';
import type { LoggedCall } from '../db/usage-log.ts';
import type { UsageSum } from '../db/usage-summary.ts';
import type { UsageDetail, UsageEvent } from './schemas/usage.ts';

export function callToWire(call: LoggedCall): UsageEvent {
  return {
    trace_id: call.id,
    model: call.modelId,
    route: call.route,
    streamed: call.streamed,
    outcome: call.outcome,
    estimated: call.estimated,
    key_id: call.keyId,
    key_name: call.keyName,
    input_tokens: String(call.inputTokens),
    output_tokens: String(call.outputTokens),
    cache_read_tokens: String(call.cacheReadTokens),
    cache_write_tokens: String(call.cacheWriteTokens),
    charge_usd: formatUsd(call.chargeNanos),
    paid_from: {
      main_usd: formatUsd(call.mainNanos),
      backup_usd: formatUsd(call.backupNanos),
      voucher_usd: formatUsd(call.voucherNanos),
      wallet_usd: formatUsd(call.walletNanos),
      uncollected_usd: formatUsd(call.uncollectedNanos),
    },
    price_version: call.priceVersion === null ? null : String(call.priceVersion),
    started_at: call.startedAt.toISOString(),
    first_byte_ms: call.firstByteMs,
    duration_ms: call.durationMs,
  };
}

const PPM_DECIMALS = 6;
// Tokens and characters are priced by the million; what is counted singly, one by one.
const byTheMillion = /^(input|output|cache_|image_|audio_|character)/;

export function costToWire(cost: CostBreakdown): UsageDetail['cost'] {
  const exact = (millionths: bigint) => formatDecimal(millionths, MILLIONTHS_DECIMALS);
  return {
    lines: cost.lines.map(({ item, quantity, nanosPerMillion, millionths }) => {
      const million = byTheMillion.test(item);
      return {
        item,
        quantity: String(quantity),
        unit_price_usd: million ? formatUsd(nanosPerMillion) : exact(nanosPerMillion),
        per: million ? '1000000' : '1',
        amount_usd: exact(millionths),
      };
    }),
    list_usd: exact(cost.listMillionths),
    model_multiplier: formatDecimal(cost.modelPpm, PPM_DECIMALS),
    group_multiplier: formatDecimal(cost.groupPpm, PPM_DECIMALS),
    exact_usd: formatDecimal(cost.exact, EXACT_DECIMALS),
    total_usd: formatUsd(cost.totalNanos),
  };
}

export function sumToWire(sum: Omit<UsageSum, 'name' | 'label'>) {
  return {
    calls: String(sum.calls),
    input_tokens: String(sum.inputTokens),
    output_tokens: String(sum.outputTokens),
    charge_usd: formatUsd(sum.chargeNanos),
  };
}
