import { describe, expect, it } from '@jest/globals';
import { eventTitle, foldRepeats, nextSteps, sourceNote } from './timeline.ts';

const poll = (at: string) => ({ kind: 'checked', source: 'poll', detail: 'open', at });

describe('the timeline of an order', () => {
  it('reads an unknown kind as words', () => {
    expect(eventTitle('link_issued')).toBe('Payment page opened');
    expect(eventTitle('bank_asked_again')).toBe('Bank asked again');
    expect(eventTitle('credited')).toBe('Credited to your wallet');
    expect(eventTitle('credited', 'switch')).toBe('Used for your plan');
    expect(sourceNote('return')).toContain('payment page');
    expect(sourceNote('something else')).toBeUndefined();
  });

  it('shows what is still to come while the order is open, and nothing afterwards', () => {
    expect(nextSteps({ kind: 'top_up', status: 'created' })).toEqual([
      'Payment page opened',
      'Payment seen',
      'Credited to your wallet',
    ]);
    expect(nextSteps({ kind: 'top_up', status: 'paid' })).toEqual([
      'Payment seen',
      'Credited to your wallet',
    ]);
    expect(nextSteps({ kind: 'top_up', status: 'credited' })).toEqual([]);
    expect(nextSteps({ kind: 'top_up', status: 'cancelled' })).toEqual([]);
  });

  it('folds a run of the same line into one with the last time, and keeps the rest', () => {
    const seen = { kind: 'payment_seen', source: 'poll', detail: null, at: '3' };
    const folded = foldRepeats([poll('1'), poll('2'), seen, poll('4')]);
    expect(folded.map(({ kind, at, times }) => [kind, at, times])).toEqual([
      ['checked', '2', 2],
      ['payment_seen', '3', 1],
      ['checked', '4', 1],
    ]);
  });
});
