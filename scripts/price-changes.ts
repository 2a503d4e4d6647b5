import { formatUsd } from '../billing/money.ts';
import type { ImportedPrice, ImportedPrices } from '../billing/ratio-prices.ts';
import type { Db } from '../db/connection.ts';
import {
  addModel,
  addPriceVersion,
  listGroups,
  listModelIds,
  listStoredPrices,
  type StoredPrice,
  setGroup,
} from '../db/price-import.ts';

export interface PriceChanges {
  newModels: string[];
  prices: ImportedPrice[];
  groups: [string, bigint][];
  /** One line for each change, for the person who decides. */
  lines: string[];
}

type Reader = Pick<Db, 'raw'>;

/** What the import would change. */
export async function findPriceChanges(
  db: Reader,
  { models, groups }: ImportedPrices,
): Promise<PriceChanges> {
  const known = new Set(await listModelIds(db));
  const stored = new Map((await listStoredPrices(db)).map((price) => [price.modelId, price]));
  const storedGroups = await listGroups(db);
  const merged = models.map((model) => ({
    ...model,
    units: { ...unitsOf(stored.get(model.modelId)), ...model.units },
  }));
  const prices = merged.filter((model) => differences(model, stored.get(model.modelId)).length > 0);
  const changedGroups = Object.entries(groups).filter(([id, ppm]) => storedGroups[id] !== ppm);
  return {
    newModels: models.map(({ modelId }) => modelId).filter((id) => !known.has(id)),
    prices,
    groups: changedGroups,
    lines: [
      ...prices.map((price) => describe(price, stored.get(price.modelId))),
      ...changedGroups.map(([id, ppm]) => `group ${id}: ${storedGroups[id] ?? 'new'} -> ${ppm} millionths`),
    ],
  };
}

/** All of it or nothing. */
export function applyPriceChanges(db: Db, { newModels, prices, groups }: PriceChanges): Promise<void> {
  return db.transaction(async (trx) => {
    for (const id of newModels) await addModel(trx, id);
    for (const price of prices) await addPriceVersion(trx, price);
    for (const [id, ppm] of groups) await setGroup(trx, id, ppm);
  });
}

function describe(price: ImportedPrice, stored: StoredPrice | undefined): string {
  return `${price.modelId}${stored ? '' : ' (no price yet)'}: ${differences(price, stored).join(', ')}`;
}

function differences(price: ImportedPrice, stored: StoredPrice | undefined): string[] {
  const { modelId: _, units, ...nanos } = price;
  const columns = Object.entries(nanos).flatMap(([column, now]) => {
    const before = stored?.[column as keyof typeof nanos];
    if (before === now || (before === undefined && (now === null || now === 0n))) return [];
    const name = column.replace(/Nanos$/, '').replace(/[A-Z]|\d\w/g, (part) => ` ${part.toLowerCase()}`);
    return [`${name} ${shown(before)} -> ${shown(now)}`];
  });
  const before = unitsOf(stored);
  const changedUnits = Object.entries(units).filter(([unit, now]) => before[unit] !== now);
  return [
    ...columns,
    ...changedUnits.map(([unit, now]) => `${unit} ${shown(before[unit])} -> ${shown(now)}`),
  ];
}

function unitsOf(stored: StoredPrice | undefined): Record<string, bigint> {
  return Object.fromEntries(
    Object.entries(stored?.units ?? {}).map(([unit, nanos]) => [unit, BigInt(nanos)]),
  );
}

/** Dollars a million, or a call. */
function shown(nanos: bigint | null | undefined): string {
  return nanos == null ? 'none' : `$${formatUsd(nanos)}`;
}
