import { firstEvent } from '../sse-tap.ts';
import { isRecord } from './json.ts';

/** What an upstream's refusal means to the caller. */
export type UpstreamRefusal =
  /** The request itself is wrong: the caller is told what the upstream said. */
  | {
      kind: 'invalid';
      status: number;
      message: string;
      type: string;
      param: string | undefined;
      code: string | undefined;
    }
  /** The upstream has no room for us. It is neither the caller's limit nor the caller's money. */
  | { kind: 'busy'; retryAfterSeconds: number | undefined }
  /** Anything that is between the upstream and us: our key, our money, its faults. */
  | { kind: 'failed' };

// What the caller can mend. 401, 402, 403 and 404 are about our account with the upstream, not about the caller's.
const callersFault = new Set([400, 413, 415, 422]);
const MAX_MESSAGE_LENGTH = 2_000;

// Our account has no money left, whatever the status: OpenAI says so in a code, Anthropic in a message of a 400.
const ourMoney = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
]);
const OUR_CREDIT = /credit balance is too low/i;

export function readRefusal(status: number, body: Buffer, retryAfter: string | undefined): UpstreamRefusal {
  const error = errorOf(body);
  if (isOurMoney(error)) return { kind: 'failed' };
  if (status === 429) return { kind: 'busy', retryAfterSeconds: secondsOf(retryAfter) };
  if (status === 503 || status === 529) return { kind: 'busy', retryAfterSeconds: secondsOf(retryAfter) };
  if (!callersFault.has(status)) return { kind: 'failed' };
  return {
    kind: 'invalid',
    status,
    message: text(error?.message)?.slice(0, MAX_MESSAGE_LENGTH) ?? 'The model refused the request',
    type: text(error?.type) ?? 'invalid_request_error',
    param: text(error?.param),
    code: text(error?.code),
  };
}

/** Whether a stream begins with an error in place of an answer, in the format of either vendor. */
export function opensWithError(start: Buffer): boolean {
  const event = firstEvent(start);
  return event?.error != null || event?.type === 'error';
}

function isOurMoney(error: Record<string, unknown> | undefined): boolean {
  const said = [text(error?.code), text(error?.type)];
  return (
    said.some((code) => code !== undefined && ourMoney.has(code)) ||
    OUR_CREDIT.test(text(error?.message) ?? '')
  );
}

function errorOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const error = isRecord(value) ? value.error : undefined;
    if (typeof error === 'string') return { message: error };
    return isRecord(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Only whole seconds: nobody sends the date form. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  const seconds = Number(retryAfter);
  return retryAfter && Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600 ? seconds : undefined;
}
