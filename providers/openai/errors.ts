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

export function readRefusal(status: number, body: Buffer, retryAfter: string | undefined): UpstreamRefusal {
  const error = errorOf(body);
  if (status === 429 && error?.code !== 'insufficient_quota' && error?.type !== 'insufficient_quota')
    return { kind: 'busy', retryAfterSeconds: secondsOf(retryAfter) };
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
