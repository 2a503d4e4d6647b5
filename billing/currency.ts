// ISO 4217 currencies without a minor unit that our providers take; the others have hundredths.
const withoutMinorUnit = new Set(['JPY', 'KRW', 'VND', 'CLP', 'ISK', 'PYG', 'UGX', 'XAF', 'XOF', 'XPF']);

/** Minor units as people write them: 2000 of USD is "20.00", 500 of JPY is "500". */
export function formatMinor(minor: bigint, currency: string): string {
  if (withoutMinorUnit.has(currency)) return minor.toString();
  return `${minor / 100n}.${(minor % 100n).toString().padStart(2, '0')}`;
}
