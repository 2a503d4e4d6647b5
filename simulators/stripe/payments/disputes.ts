import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Charge, Dispute } from '../wire.ts';
import { recordBalance } from './balance-transactions.ts';

const answerWithinSeconds = 7 * 24 * 3600;
const disputeFee = 1500;

/** The cardholder's bank takes the money back. */
export function openDispute(simulator: Simulator, chargeId: string, reason = 'fraudulent'): Dispute {
  const charge = simulator.objects.get<Charge>('charge', chargeId);
  if (charge.disputed) throw invalidRequest(`Charge ${chargeId} is disputed already.`);
  const dispute = simulator.objects.insert<Dispute>({
    id: newId('dp'),
    object: 'dispute',
    amount: charge.amount - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: nowInSeconds(simulator),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    // The many texts a merchant could submit are all empty, and nothing here reads them.
    evidence: {} as Dispute['evidence'],
    evidence_details: {
      due_by: nowInSeconds(simulator) + answerWithinSeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  });
  simulator.objects.replace<Charge>({ ...charge, disputed: true });
  recordBalance(simulator, dispute, 'adjustment', -dispute.amount, disputeFee);
  recordEvent(simulator, 'charge.dispute.created', dispute);
  recordEvent(simulator, 'charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

export function closeDispute(simulator: Simulator, id: string, status: 'won' | 'lost'): Dispute {
  const dispute = simulator.objects.get<Dispute>('dispute', id);
  if (dispute.status === 'won' || dispute.status === 'lost') {
    throw invalidRequest(`Dispute ${id} is closed already: ${dispute.status}.`);
  }
  const closed = simulator.objects.replace<Dispute>({ ...dispute, status });
  if (status === 'won') {
    recordBalance(simulator, closed, 'adjustment', closed.amount);
    recordEvent(simulator, 'charge.dispute.funds_reinstated', closed);
  }
  recordEvent(simulator, 'charge.dispute.closed', closed, { status: dispute.status });
  return closed;
}
