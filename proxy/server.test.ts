import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Activity } from './activity.ts';
import { createProxyServer } from './server.ts';

/** What is said to a connection on which node's parser gave up for this reason. */
function answerTo(code: string): string {
  const server = createProxyServer({} as any, {} as any, new Activity());
  let said = '';
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => {
      said += chunk;
      done();
    },
  });
  server.emit('clientError', Object.assign(new Error(code), { code }), socket);
  return said;
}

describe('what is no request', () => {
  it.each([
    ['HPE_INVALID_METHOD', 'HTTP/1.1 400 Bad Request', 'is not valid HTTP'],
    ['HPE_HEADER_OVERFLOW', 'HTTP/1.1 431 Request Header Fields Too Large', 'headers are too large'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'HTTP/1.1 408 Request Timeout', 'took too long to arrive'],
  ])('(%s) is answered with %s, and has a trace id in header and body', (code, status, words) => {
    const answer = answerTo(code);
    expect(answer.startsWith(`${status}\r\n`)).toBe(true);
    const [, body = '{}'] = answer.split('\r\n\r\n');
    const { error } = JSON.parse(body);
    expect(error.message).toContain(words);
    expect(error.trace_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer).toContain(`X-Request-Id: ${error.trace_id}\r\n`);
    expect(answer).toContain(`Content-Length: ${body.length}\r\n`);
  });

  it('is not answered when its sender is gone', () => {
    expect(answerTo('ECONNRESET')).toBe('');
  });
});
