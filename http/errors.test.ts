import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DomainError, errorCodes } from '../billing/errors.ts';
import { httpStatus, toDomainError } from './errors.ts';

function withCode(message: string, facts: object): Error {
  return Object.assign(new Error(message), facts);
}

describe('what is known about a thrown error', () => {
  it('gives every code a status of a refusal or a failure', () => {
    for (const code of errorCodes) expect(httpStatus[code]).toBeGreaterThanOrEqual(400);
  });

  it('names the field that zod refused, also one that nobody asked for', () => {
    const schema = z.strictObject({ amount: z.object({ usd: z.string() }) });
    expect(toDomainError(schema.safeParse({ amount: { usd: 1 } }).error)?.param).toBe('amount.usd');
    expect(toDomainError(schema.safeParse({ amount: { usd: '1' }, extra: 1 }).error)?.param).toBe('extra');
  });

  it.each([
    ['a refused connection', { code: 'ECONNREFUSED' }],
    ['a server that shuts down', { code: '57P01' }],
    ['a server that starts', { code: '57P03' }],
    ['no connection left', { code: '53300' }],
  ])('takes %s for a database outage', (_, facts) => {
    expect(toDomainError(withCode('failed', facts))?.code).toBe('database_unavailable');
  });

  it('finds an outage among the causes and the attempts of an error', () => {
    const refused = withCode('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    expect(toDomainError(new Error('outer', { cause: refused }))?.code).toBe('database_unavailable');
    expect(toDomainError(new AggregateError([refused]))?.code).toBe('database_unavailable');
  });

  it.each([4, 14])('takes gRPC status %i for an outage of Temporal', (code) => {
    const grpc = withCode('14 UNAVAILABLE', { code, details: 'no connection' });
    expect(toDomainError(new Error('Failed to start', { cause: grpc }))?.code).toBe('temporal_unavailable');
  });

  it('maps the constraint that a caller can run into', () => {
    const error = withCode('violates check constraint', { code: '23514', constraint: 'pool_never_negative' });
    expect(toDomainError(error)?.code).toBe('insufficient_balance');
  });

  it('leaves anything else unknown', () => {
    expect(toDomainError(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(
      toDomainError(withCode('check', { code: '23514', constraint: 'held_never_negative' })),
    ).toBeUndefined();
    expect(toDomainError('a string')).toBeUndefined();
  });

  it('keeps a domain error as it is', () => {
    const error = new DomainError('not_found', 'No such order');
    expect(toDomainError(error)).toBe(error);
  });
});
