import { formatUsd, NANOS_PER_CENT, NANOS_PER_USD } from './money.ts';

/** The exact count of credits, one cent each: "1200", "0.5". */
export function formatCredits(nanos: bigint): string {
  // A credit is a cent, so a hundred times the dollars.
  const text = formatUsd(nanos * (NANOS_PER_USD / NANOS_PER_CENT));
  return text.replace(/\.00$/, '').replace(/(\.\d)0$/, '$1');
}
