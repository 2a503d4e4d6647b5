import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { ErrorCode } from '../billing/errors.ts';
import { httpStatus } from '../http/errors.ts';
import type { Route } from './route.ts';
import { errorBody } from './schemas/common.ts';

/** The document of the routes that are mounted, from the schemas that check them. */
export function describeApi(routes: Route[], publicUrl: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeRoute(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tollgate',
      version: '1',
      description:
        'Accounts, balance, top-ups and the usage log. Money is a decimal string with its unit in the name. ' +
        'Every answer carries a trace id in x-request-id.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: publicUrl.startsWith('https:') ? '__Secure-tollgate.session_token' : 'tollgate.session_token',
          description:
            'Set by POST /api/auth/sign-in/email. Changes are taken only from pages of the same origin.',
        },
      },
    },
  });
}

function describeRoute(route: Route): ZodOpenApiOperationObject {
  const { params, query, headers, body, response } = route;
  const requestParams = {
    ...(params ? { path: params } : {}),
    ...(query ? { query } : {}),
    ...(headers ? { header: headers } : {}),
  } as NonNullable<ZodOpenApiOperationObject['requestParams']>;
  const operation: ZodOpenApiOperationObject = {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    security: route.access === 'public' ? [] : [{ session: [] }],
    requestParams,
    responses: { [response.status]: describeAnswer(route), ...describeErrors(route) },
  };
  if (route.description) operation.description = route.description;
  if (body) operation.requestBody = { required: true, content: { 'application/json': { schema: body } } };
  return operation;
}

/** "get /api/keys/:id" → "getApiKeysId": unique because method and path are. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return method + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function describeAnswer({ response }: Route) {
  const { description, schema, contentType } = response;
  if (schema) return { description, content: { 'application/json': { schema } } };
  return contentType ? { description, content: { [contentType]: {} } } : { description };
}

function describeErrors(route: Route) {
  const byStatus = Map.groupBy(errorsOf(route), (code) => String(httpStatus[code]));
  const answers = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: [...new Set(codes)].map((code) => `\`${code}\``).join(', '),
      content: { 'application/json': { schema: errorBody } },
    },
  ]);
  return Object.fromEntries(answers) as ZodOpenApiOperationObject['responses'];
}

function errorsOf(route: Route): ErrorCode[] {
  const { params, query, headers, body, access, method, errors = [] } = route;
  return [
    ...(params || query || headers || body ? (['invalid_request'] as const) : []),
    ...(body ? (['payload_too_large', 'unsupported_media_type'] as const) : []),
    ...(access === 'public' ? [] : (['unauthorized', 'account_suspended'] as const)),
    ...(access === 'support' || access === 'admin' ? (['forbidden'] as const) : []),
    ...(method === 'get' ? [] : (['origin_not_allowed'] as const)),
    ...errors,
    'database_unavailable',
    'internal_error',
  ];
}
