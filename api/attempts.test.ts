import { expect, it } from '@jest/globals';
import { attemptsPerMinute } from './attempts.ts';

it('lets an account try so often a minute, and says when to come back', async () => {
  const limit = attemptsPerMinute(2);
  await limit('one');
  await limit('one');
  await expect(limit('one')).rejects.toMatchObject({
    code: 'rate_limit_exceeded',
    retryAfterSeconds: expect.any(Number),
  });
  await expect(limit('two')).resolves.toBeUndefined();
});
