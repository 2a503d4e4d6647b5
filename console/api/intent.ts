import { v4 as uuid } from 'uuid';

/** One wish to top up. It keeps its key until the server has answered it, over failed tries and a reload. */
export interface Intent {
  key: string;
  method: string;
  amount: string;
  startedAt: number;
}

const SLOT = 'tollgate.top-up-intent';
/** After this long the same amount is more likely a new wish than a retry. */
const RETRY_WINDOW_MS = 10 * 60_000;

type Slot = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function read(slot: Slot): Intent | undefined {
  try {
    return JSON.parse(slot.getItem(SLOT) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** The unanswered intent for this method and amount, or a new one. */
export function intentFor(slot: Slot, method: string, amount: string, now: number): Intent {
  const open = read(slot);
  if (open?.method === method && open.amount === amount && now - open.startedAt < RETRY_WINDOW_MS)
    return open;
  const intent = { key: uuid(), method, amount, startedAt: now };
  slot.setItem(SLOT, JSON.stringify(intent));
  return intent;
}

/** Answered, whether by an order or by a refusal: the next click is a new wish. */
export function closeIntent(slot: Slot): void {
  slot.removeItem(SLOT);
}
