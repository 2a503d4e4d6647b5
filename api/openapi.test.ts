import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startTestApi, type TestApi } from '../test/support/api.ts';
import { apiRoutes } from './app.ts';

let api: TestApi;
let document: any;

beforeAll(async () => {
  api = await startTestApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
  document = (await api.request('GET', '/openapi.json')).body;
});
afterAll(() => api.stop());

function operations(): [string, any][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as object).map(([method, operation]): [string, any] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

describe('/openapi.json', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(document);
    expect(result).toEqual({ valid: true });
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('holds every route that is mounted', () => {
    const mounted = apiRoutes(api.deps).map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual([...new Set(mounted)].sort());
    expect(mounted.length).toBe(new Set(mounted).size);
  });

  it('names every path parameter, the errors and how to sign in', () => {
    for (const [name, operation] of operations()) {
      const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = (operation.parameters ?? [])
        .filter((one: any) => one.in === 'path')
        .map((one: any) => one.name);
      expect([name, described]).toEqual([name, named]);
      expect(operation.responses['500'].content['application/json'].schema.$ref).toBe(
        '#/components/schemas/Error',
      );
    }
    const createKey = document.paths['/api/keys'].post;
    expect(createKey.security).toEqual([{ session: [] }]);
    expect(createKey.responses['401'].description).toContain('unauthorized');
  });

  it('says that bodies take no unknown fields', () => {
    expect(document.components.schemas.CreateKey.additionalProperties).toBe(false);
  });
});

describe('/docs', () => {
  it('is a page whose every script and style comes from here', async () => {
    const page = await api.request('GET', '/docs');
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect((await api.request('GET', link)).status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.text).not.toMatch(/<script>/);
  });

  it('gives out nothing else', async () => {
    for (const path of ['/docs/package.json', '/docs/../package.json', '/docs/%2e%2e/package.json'])
      expect((await api.request('GET', path)).status).toBe(404);
  });
});
