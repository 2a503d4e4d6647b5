import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../../test/support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
});
afterAll(() => api.stop());

describe('/metrics', () => {
  it('measures requests by route pattern and not by address, which anybody can vary', async () => {
    await api.request('GET', '/api/usage/0198c0de-0000-7000-8000-000000000000');
    await api.request('GET', '/made-up-address');
    const { text, headers } = await api.request('GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/usage/:trace_id",status="401"} 1',
    );
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="404"} 1');
    expect(text).not.toContain('made-up-address');
  });

  it('are for scrapers of the own network: what a load balancer forwards is told that there is nothing', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const answer = await api.request('GET', '/metrics', { headers });
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect(answer.text).not.toContain('process_cpu');
  });
});

describe('every answer', () => {
  it('has a request id of ours, whatever the caller sends, and it is in the log line', async () => {
    const answer = await api.request('GET', '/healthz?token=a-secret', {
      headers: { 'x-request-id': 'theirs' },
    });
    const id = answer.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const line = api.logLines.find((text) => text.includes(id ?? 'no id')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ traceId: id, path: '/healthz', status: 200 });
    expect(line).not.toContain('a-secret');
  });
});
