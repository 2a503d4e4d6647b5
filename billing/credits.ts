import { formatUsd, NANOS_PER_CENT, NANOS_PER_USD, parseUsd } from './money.ts';

// A credit is a cent: a count of credits is a hundred times the dollars.
const CREDITS_PER_USD = NANOS_PER_USD / NANOS_PER_CENT;

/** The exact count of credits, one cent each: "1200", "0.5". */
export function formatCredits(nanos: bigint): string {
  const text = formatUsd(nanos * CREDITS_PER_USD);
  return text.replace(/\.00$/, '').replace(/(\.\d)0$/, '$1');
}

/** Reads a plain count such as "1200" or "0.5". Anything else, and what is finer than a nano, is `undefined`. */
export function parseCredits(text: string): bigint | undefined {
  const hundredfold = parseUsd(text);
  if (hundredfold === undefined || hundredfold % CREDITS_PER_USD !== 0n) return undefined;
  return hundredfold / CREDITS_PER_USD;
}
