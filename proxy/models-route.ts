import type { ServerResponse } from 'node:http';
import { keyAllows } from '../billing/admission.ts';
import { DomainError } from '../billing/errors.ts';
import type { CatalogModel } from '../db/catalog.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { identify } from './identify.ts';

/** The models that this key may call, in OpenAI's shape. */
export async function listModels(deps: ProxyDeps, exchange: Exchange): Promise<void> {
  const { key } = await identify(deps, exchange);
  const { models } = await deps.models.current();
  const data = [...models.values()].filter((model) => keyAllows(key, model.id)).map(toWire);
  sendJson(exchange.res, exchange.id, { object: 'list', data });
}

export async function showModel(deps: ProxyDeps, exchange: Exchange, encodedId: string): Promise<void> {
  const { key } = await identify(deps, exchange);
  const { models } = await deps.models.current();
  const id = decode(encodedId);
  const model = models.get(id);
  if (!model || !keyAllows(key, id))
    throw new DomainError('model_not_found', `The model ${id} does not exist`, { param: 'model' });
  sendJson(exchange.res, exchange.id, toWire(model));
}

export function sendJson(res: ServerResponse, traceId: string, value: unknown, status = 200): void {
  const body = JSON.stringify(value);
  res
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': traceId,
    })
    .end(body);
}

function toWire({ id, createdAt }: CatalogModel) {
  return { id, object: 'model', created: Math.floor(createdAt.getTime() / 1000), owned_by: 'tollgate' };
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new DomainError('invalid_request', 'The path is not valid');
  }
}
