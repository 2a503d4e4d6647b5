import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { controlCaller } from '../../control-client.ts';
import type { SessionAction } from '../checkout/actions.ts';
import type { FaultListing } from '../fault-store.ts';
import type { FaultInput } from '../faults.ts';
import type { CardAnswer } from '../payments/cards.ts';
import type { attemptOptions, renewalOptions } from '../subscriptions/renewal.ts';
import type { Delivery } from '../webhooks/deliveries.ts';
import type {
  Dispute,
  Invoice,
  PaymentIntent,
  PaymentMethod,
  Refund,
  Session,
  StripeEvent,
  Subscription,
} from '../wire.ts';
import type { PayInput, WebhookInput } from './schemas.ts';

export type StripeControl = ReturnType<typeof stripeControl>;

/** The control API of a running simulator, in this process or another. */
export function stripeControl(url: string) {
  const call = controlCaller(url);
  return {
    /** Where events go from now on. */
    webhook: (endpoint: WebhookInput) => call<object>('PUT', '/webhook', endpoint),
    /** Forgets everything: objects, events, deliveries and faults. */
    reset: () => call<object>('POST', '/reset'),
    fault: (fault: FaultInput) => call<{ id: number }>('POST', '/faults', fault),
    faults: () => call<FaultListing[]>('GET', '/faults'),
    clearFaults: () => call<{ removed: number }>('DELETE', '/faults'),
    ...sessionControl(call),
    ...moneyControl(call),
    ...recurringControl(call),
    ...eventControl(call),
  };
}

type Call = ReturnType<typeof controlCaller>;

function sessionControl(call: Call) {
  const act = (session: string, action: SessionAction, options: PayInput = {}) =>
    call<Session>('POST', `/sessions/${session}/${action}`, options);
  return {
    pay: (session: string, options?: PayInput) => act(session, 'pay', options),
    /** Leaves a card on a page that only keeps one. */
    save: (session: string, options?: PayInput) => act(session, 'save', options),
    decline: (session: string) => act(session, 'decline'),
    payLater: (session: string, options?: PayInput) => act(session, 'pay-later', options),
    settle: (session: string) => act(session, 'settle'),
    failLater: (session: string) => act(session, 'fail-later'),
    expire: (session: string) => act(session, 'expire'),
    expireIn: (session: string, seconds: number) =>
      call<Session>('POST', `/sessions/${session}/expire-in`, { seconds }),
    /** Newest first. */
    sessions: (clientReferenceId?: string) =>
      call<Session[]>('GET', `/sessions${query({ client_reference_id: clientReferenceId })}`),
  };
}

function moneyControl(call: Call) {
  return {
    succeedRefund: (refund: string) => call<Refund>('POST', `/refunds/${refund}/succeed`),
    failRefund: (refund: string) => call<Refund>('POST', `/refunds/${refund}/fail`),
    dispute: (charge: string) => call<Dispute>('POST', `/charges/${charge}/dispute`),
    winDispute: (dispute: string) => call<Dispute>('POST', `/disputes/${dispute}/win`),
    loseDispute: (dispute: string) => call<Dispute>('POST', `/disputes/${dispute}/lose`),
  };
}

function recurringControl(call: Call) {
  return {
    /** What a saved card answers from now on, when it is charged while its owner is away. */
    cardAnswers: (paymentMethod: string, answer: CardAnswer) =>
      call<PaymentMethod>('POST', `/payment_methods/${paymentMethod}/answer`, { answer }),
    /** The money of a processing charge arrives. */
    settleCharge: (paymentIntent: string) =>
      call<PaymentIntent>('POST', `/payment_intents/${paymentIntent}/settle`),
    /** The bank refuses a processing charge in the end. */
    failCharge: (paymentIntent: string) =>
      call<PaymentIntent>('POST', `/payment_intents/${paymentIntent}/fail`),
    /** The provider bills the next period now; a subscription that was to end with its period ends. */
    chargePeriod: (subscription: string, options: z.input<typeof renewalOptions> = {}) =>
      call<Subscription>('POST', `/subscriptions/${subscription}/charge`, options),
    /** The provider tries an unpaid invoice again. */
    retryInvoice: (invoice: string, options: z.input<typeof attemptOptions> = {}) =>
      call<Invoice>('POST', `/invoices/${invoice}/retry`, options),
    /** The provider gives a subscription up. */
    endSubscription: (subscription: string) =>
      call<Subscription>('POST', `/subscriptions/${subscription}/end`),
  };
}

function eventControl(call: Call) {
  return {
    /** Oldest first. */
    events: (type?: string) => call<StripeEvent[]>('GET', `/events${query({ type })}`),
    /** Sends one event `times` at once; answers each status, `null` where nobody answered. */
    redeliver: async (event: string, times = 1) => {
      const path = `/events/${event}/redeliver`;
      return (await call<{ statuses: (number | null)[] }>('POST', path, { times })).statuses;
    },
    /** Attempts so far; `about` is an event or the object that it describes. */
    deliveries: (about?: string) => call<Delivery[]>('GET', `/deliveries${query({ about })}`),
    /** Resolves when every event has been accepted. */
    async delivered(timeoutMs = 10_000): Promise<void> {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const { undelivered } = await call<{ undelivered: number }>('GET', '/state');
        if (undelivered === 0) return;
        if (Date.now() > deadline) throw new Error(`${undelivered} deliveries are still not accepted`);
        await sleep(20);
      }
    },
  };
}

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
