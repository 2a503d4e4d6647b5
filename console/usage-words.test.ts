import { describe, expect, it } from '@jest/globals';
import { itemWords, outcomeWords, paidFrom, tokensIn } from './usage-words.ts';

describe('a call in the usage log', () => {
  it('names the pools that paid and leaves out the others', () => {
    const paid_from = {
      main_usd: '0.000001',
      backup_usd: '0.00',
      voucher_usd: '0.00',
      wallet_usd: '1.20',
      uncollected_usd: '0.000000000',
    };
    expect(paidFrom({ paid_from })).toEqual([
      { label: 'Plan', usd: '0.000001' },
      { label: 'Wallet', usd: '1.20' },
    ]);
  });

  it('counts cached tokens as read, exactly beyond what a float holds', () => {
    const event = {
      input_tokens: '9007199254740993',
      output_tokens: '0',
      cache_read_tokens: '1',
      cache_write_tokens: '1',
    };
    expect(tokensIn(event)).toBe('9,007,199,254,740,995');
  });

  it('has words for an outcome that is newer than this page', () => {
    expect(outcomeWords('caller_left').label).toBe('You left');
    expect(outcomeWords('some_new_end').label).toBe('some new end');
  });

  it('names what a line of its charge is for, also a unit that is newer than this page', () => {
    expect(itemWords('cache_read')).toBe('Read from cache');
    expect(itemWords('image:1024x1024:high')).toBe('Image 1024x1024 high');
  });
});
