/** Values of an address stay text: a filter for the model "4" is no number, and a token of digits no float. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const present = Object.entries(search).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return present.length === 0 ? '' : `?${new URLSearchParams(present)}`;
}

type Picked<Name extends string> = { [Key in Name]?: string | undefined };

/** Keeps these parameters of an address and drops what nobody asked for. */
export function picking<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): Picked<Name> =>
    Object.fromEntries(
      names
        .map((name) => [name, search[name]])
        .filter(([, value]) => typeof value === 'string' && value !== ''),
    );
}
