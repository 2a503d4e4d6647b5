import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DecidedRefundStatus, type RefundStatus, refundMayBecome } from './refunds.ts';

const heard = (news: readonly DecidedRefundStatus[]) =>
  news.reduce<RefundStatus>((status, next) => (refundMayBecome(status, next) ? next : status), 'unknown');

it.each([
  [['pending', 'succeeded'], 'succeeded'],
  [['succeeded', 'failed'], 'failed'],
  [['failed', 'succeeded'], 'failed'],
  [['refused', 'succeeded'], 'succeeded'],
  [['succeeded', 'refused'], 'succeeded'],
] as const)('news %j end as %s', (news, end) => {
  expect(heard(news)).toBe(end);
});

it('news of one refund end the same however often and in whatever order they arrive', () => {
  const stories = fc.constantFrom<DecidedRefundStatus[]>(
    ['pending'],
    ['succeeded'],
    ['pending', 'succeeded'],
    ['pending', 'failed'],
    ['pending', 'succeeded', 'failed'],
  );
  const shuffled = stories.chain((story) =>
    fc.record({
      story: fc.constant(story),
      arrivals: fc.shuffledSubarray([...story, ...story], { minLength: story.length * 2 }),
    }),
  );
  fc.assert(fc.property(shuffled, ({ story, arrivals }) => expect(heard(arrivals)).toBe(heard(story))));
});
