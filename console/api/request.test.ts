import { describe, expect, it } from '@jest/globals';
import { fieldProblem, readProblem, withQuery } from './request.ts';

const none = new Headers();

describe('an error answer', () => {
  it('is read with its field, its trace id and when to try again', () => {
    const body = {
      error: { code: 'amount_too_small', message: 'Too small', param: 'amount_usd', trace_id: 't1' },
    };
    expect(readProblem(422, body, new Headers({ 'retry-after': '5' }))).toMatchObject({
      status: 422,
      code: 'amount_too_small',
      message: 'Too small',
      param: 'amount_usd',
      traceId: 't1',
      retryAfterSeconds: 5,
    });
  });

  it('that is not JSON still says something, with the trace id of the header', () => {
    const error = readProblem(502, undefined, new Headers({ 'x-request-id': 'header-id' }));
    expect(error.code).toBe('http_502');
    expect(error.message).toContain('502');
    expect(error.traceId).toBe('header-id');
    expect(error.retryAfterSeconds).toBeUndefined();
  });

  it('of another shape does no harm', () => {
    for (const body of [null, 'text', 7, [], { error: 'text' }, { error: null }])
      expect(readProblem(500, body, none).message).toContain('500');
  });
});

describe('a complaint about a field', () => {
  const body = {
    error: { code: 'invalid_request', message: 'ip_ranges.0: not an address', param: 'ip_ranges.0' },
  };
  const error = readProblem(400, body, none);

  it('stands beside that field, without repeating its name', () => {
    expect(fieldProblem(error, 'ip_ranges')).toBe('Not an address');
  });

  it('stands beside no other', () => {
    expect(fieldProblem(error, 'ip')).toBeUndefined();
    expect(fieldProblem(new Error('x'), 'ip_ranges')).toBeUndefined();
  });
});

describe('a query', () => {
  it('leaves out what has no value and escapes the rest', () => {
    expect(withQuery('/api/usage', { model: 'a b', cursor: undefined, from: '' })).toBe(
      '/api/usage?model=a+b',
    );
    expect(withQuery('/api/usage', {})).toBe('/api/usage');
  });
});
