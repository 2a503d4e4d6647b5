import { divideHalfUp, formatUsd } from '../../billing/money.ts';
import { listPricedModels, type PricedModel } from '../../db/models.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { modelList } from '../schemas/usage.ts';

/** 1 in parts per million, squared: a price is multiplied by two such numbers. */
const PPM_SQUARED = 1_000_000n * 1_000_000n;

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
  const price = (nanos: bigint) =>
    formatUsd(
      model.free ? 0n : divideHalfUp(nanos * model.multiplierPpm * model.groupMultiplierPpm, PPM_SQUARED),
    );
  return {
    id: model.id,
    free: model.free,
    input_usd_per_million: price(model.inputNanos),
    output_usd_per_million: price(model.outputNanos),
    cache_read_usd_per_million: price(model.cacheReadNanos),
  };
}
