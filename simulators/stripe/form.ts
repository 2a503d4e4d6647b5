/** What a decoded form holds: every leaf is text. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

type Branch = Map<string, Branch | string>;

/** Decodes Stripe's form encoding: `a[b][0][c]=1` is `{ a: { b: [{ c: '1' }] } }`. */
export function decodeForm(text: string): Form {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(text)) place(root, keysOf(name), value);
  return toObject(root);
}

function keysOf(name: string): string[] {
  const head = name.indexOf('[');
  if (head <= 0) return [name];
  const inner = [...name.slice(head).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
  return [name.slice(0, head), ...inner];
}

function place(root: Branch, keys: string[], value: string): void {
  let branch = root;
  for (const key of keys.slice(0, -1)) {
    const name = key === '' ? String(branch.size) : key;
    const next = branch.get(name);
    if (next instanceof Map) {
      branch = next;
    } else {
      const made: Branch = new Map();
      branch.set(name, made);
      branch = made;
    }
  }
  const last = keys.at(-1) ?? '';
  branch.set(last === '' ? String(branch.size) : last, value);
}

function toValue(node: Branch | string): FormValue {
  if (typeof node === 'string') return node;
  const isArray = [...node.keys()].every((key, index) => key === String(index));
  return isArray ? [...node.values()].map(toValue) : toObject(node);
}

function toObject(branch: Branch): Form {
  // fromEntries defines `__proto__` as an ordinary property, so a hostile name stays a name.
  return Object.fromEntries([...branch].map(([key, node]) => [key, toValue(node)]));
}
