// Crockford's base32: no I, L, O or U, so that a number survives being read out on the phone.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NUMBER_LENGTH = 10;

/** The number that a customer quotes: 50 bits of the order's id, the same for the same id. */
export function orderNumberOf(orderId: string): string {
  const hex = orderId.replaceAll('-', '');
  // The last 13 digits of a UUID hold neither version nor variant.
  let bits = BigInt(`0x${hex.slice(-13)}`);
  let number = '';
  for (let i = 0; i < NUMBER_LENGTH; i += 1) {
    number = `${ALPHABET[Number(bits % 32n)]}${number}`;
    bits /= 32n;
  }
  return `TG-${number}`;
}
