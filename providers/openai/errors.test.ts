import { describe, expect, it } from '@jest/globals';
import { readRefusal } from './errors.ts';

const body = (error: object | string) => Buffer.from(JSON.stringify({ error }));

describe("an upstream's refusal", () => {
  it("is the caller's to mend where the request is wrong, in the upstream's words", () => {
    const said = {
      message: 'No such parameter',
      type: 'invalid_request_error',
      param: 'foo',
      code: 'unknown_parameter',
    };
    expect(readRefusal(400, body(said), undefined)).toEqual({ kind: 'invalid', status: 400, ...said });
    expect(readRefusal(422, Buffer.from('<html>'), undefined)).toMatchObject({
      kind: 'invalid',
      status: 422,
    });
    expect(readRefusal(400, body('plain words'), undefined)).toMatchObject({ message: 'plain words' });
  });

  it.each([401, 402, 403, 404, 500, 502, 504, 307])(
    'of status %d is between the upstream and us',
    (status) => {
      expect(readRefusal(status, body({ message: 'sk-secret is wrong' }), undefined)).toEqual({
        kind: 'failed',
      });
    },
  );

  it.each([429, 503, 529])('of status %d means that it has no room', (status) => {
    expect(readRefusal(status, body({ code: 'rate_limit_exceeded' }), '7')).toEqual({
      kind: 'busy',
      retryAfterSeconds: 7,
    });
  });

  it.each(['code', 'type'])('never makes our lack of money (%s) look like a limit of the caller', (field) => {
    expect(readRefusal(429, body({ [field]: 'insufficient_quota' }), '1')).toEqual({ kind: 'failed' });
  });

  it.each(['-1', '1e9', 'soon', '', '99999'])('takes no senseless Retry-After (%s)', (retryAfter) => {
    expect(readRefusal(429, body({}), retryAfter)).toEqual({ kind: 'busy', retryAfterSeconds: undefined });
  });
});
