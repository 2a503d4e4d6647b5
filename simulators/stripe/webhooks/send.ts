import { request } from 'undici';
import type { Simulator } from '../simulator.ts';
import type { StripeEvent } from '../wire.ts';
import { logDelivery } from './deliveries.ts';
import { composeMessage, type WebhookMessage } from './message.ts';

const answerTimeoutMs = 20_000;

/** Sends one attempt and notes how it went. Answers the status, or `null` where nobody answered. */
export async function sendEvent(
  simulator: Simulator,
  event: StripeEvent,
  attempt: number,
  signal: AbortSignal,
): Promise<number | null> {
  const endpoint = simulator.webhook;
  if (endpoint === undefined) return null;
  const message = composeMessage(simulator, endpoint, event);
  const sentAt = simulator.now();
  const outcome = await post(endpoint.url, message, signal);
  if (!signal.aborted) {
    logDelivery(simulator.database, {
      event: event.id,
      attempt,
      sent_at: sentAt,
      status: outcome.status,
      error: outcome.error,
      fault: message.faults.join(',') || null,
    });
  }
  return outcome.status;
}

async function post(url: string, message: WebhookMessage, signal: AbortSignal) {
  const signed = message.signature === undefined ? {} : { 'stripe-signature': message.signature };
  try {
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        ...signed,
      },
      body: message.body,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
      signal,
    });
    await response.body.dump();
    return { status: response.statusCode, error: null };
  } catch (error) {
    return { status: null, error: error instanceof Error ? error.message : String(error) };
  }
}
