import { v4 as uuid } from 'uuid';

/** What a person wants to pay for, as it is sent. */
export interface Wish {
  path: string;
  body: Record<string, string>;
}

/** One wish to pay. It keeps its key until the server has answered it, over failed tries and a reload. */
export interface Intent extends Wish {
  key: string;
  startedAt: number;
}

const SLOT = 'tollgate.payment-intent';
/** After this long the same wish is more likely a new one than a retry. */
const RETRY_WINDOW_MS = 10 * 60_000;

type Slot = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function read(slot: Slot): Intent | undefined {
  try {
    return JSON.parse(slot.getItem(SLOT) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

const contentOf = ({ path, body }: Wish) => JSON.stringify([path, body]);

/** The unanswered intent of the same wish, or a new one. */
export function intentFor(slot: Slot, wish: Wish, now: number): Intent {
  const open = read(slot);
  if (open && contentOf(open) === contentOf(wish) && now - open.startedAt < RETRY_WINDOW_MS) return open;
  const intent = { ...wish, key: uuid(), startedAt: now };
  slot.setItem(SLOT, JSON.stringify(intent));
  return intent;
}

/** Answered, whether by an order or by a refusal: the next click is a new wish. */
export function closeIntent(slot: Slot): void {
  slot.removeItem(SLOT);
}
