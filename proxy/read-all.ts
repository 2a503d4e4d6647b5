import type { UpstreamResponse } from './upstream-response.ts';

export class AnswerTooLarge extends Error {}

/** The whole body. Hangs up on one that is longer than the limit. */
export function readAll(response: UpstreamResponse, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.read({
      onData(chunk) {
        length += chunk.length;
        if (length > limitBytes)
          response.abort(new AnswerTooLarge(`The answer is larger than ${limitBytes} bytes`));
        else chunks.push(chunk);
      },
      onEnd: () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
      onError: reject,
    });
  });
}
