import { divideHalfUp, formatUsd } from '../../billing/money.ts';
import { listPricedModels, type PricedModel } from '../../db/models.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { modelList } from '../schemas/usage.ts';

const MILLION = 1_000_000n;
/** 1 in parts per million, squared: a price is multiplied by two such numbers. */
const PPM_SQUARED = MILLION * MILLION;

export function modelRoutes({ db }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/models',
      summary: 'Models and what they cost this account',
      tag: 'Usage',
      access: 'session',
      response: { status: 200, description: 'The enabled models', schema: modelList },
      handler: async ({ session }) => ({
        items: (await listPricedModels(db, session.accountId)).map(toWire),
      }),
    }),
  ];
}

function toWire(model: PricedModel) {
  const multiplier = model.free ? 0n : model.multiplierPpm * model.groupMultiplierPpm;
  const price = (nanos: bigint, of = 1n) => formatUsd(divideHalfUp(nanos * multiplier, PPM_SQUARED * of));
  return {
    id: model.id,
    free: model.free,
    input_usd_per_million: price(model.inputNanos),
    output_usd_per_million: price(model.outputNanos),
    cache_read_usd_per_million: price(model.cacheReadNanos),
    per_call_usd: price(model.perCallNanos),
    units: model.units.map(({ unit, nanosPerMillion }) => ({
      unit,
      usd: price(BigInt(nanosPerMillion), MILLION),
    })),
  };
}
