import type { Simulator } from '../simulator.ts';
import type { Session } from '../wire.ts';
import type { PayOptions } from './buying.ts';
import {
  declineSession,
  expireSession,
  failSessionLater,
  payLater,
  paySession,
  settleSession,
} from './outcomes.ts';
import { declineOnPage, saveOnPage } from './saving.ts';

export type SessionAction = 'pay' | 'save' | 'decline' | 'pay-later' | 'settle' | 'fail-later' | 'expire';

/** What a buyer, a bank or the clock can do to a session; the page and the control API share it. */
export const sessionActions: Record<
  SessionAction,
  (simulator: Simulator, id: string, options: PayOptions) => Session
> = {
  pay: paySession,
  save: saveOnPage,
  decline: (simulator, id) =>
    simulator.objects.get<Session>('checkout.session', id).mode === 'setup'
      ? declineOnPage(simulator, id)
      : declineSession(simulator, id),
  'pay-later': payLater,
  settle: settleSession,
  'fail-later': failSessionLater,
  expire: expireSession,
};

export function isSessionAction(name: string): name is SessionAction {
  return Object.hasOwn(sessionActions, name);
}
