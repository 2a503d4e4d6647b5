import { recordEvent } from '../events.ts';
import type { Simulator } from '../simulator.ts';
import type { Session } from '../wire.ts';

/** The buyer is done with the page. */
export function complete(
  simulator: Simulator,
  session: Session,
  paymentStatus: Session['payment_status'],
): Session {
  const completed = simulator.objects.replace<Session>({
    ...session,
    status: 'complete',
    payment_status: paymentStatus,
    url: null,
  });
  recordEvent(simulator, 'checkout.session.completed', completed);
  return completed;
}
