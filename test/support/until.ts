import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is there; fails with the last one. */
export async function until<T>(
  ask: () => Promise<T>,
  isIt: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeoutMs} ms in vain; last: ${JSON.stringify(answer)}`);
    await sleep(50);
  }
}
