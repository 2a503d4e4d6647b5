import { admit } from '../billing/admission.ts';
import { DomainError } from '../billing/errors.ts';
import type { CatalogModel } from '../db/catalog.ts';
import type { KeySnapshot } from '../db/keys.ts';
import type { CallRequest, UpstreamFormat } from '../providers/upstream.ts';
import { readBody, readBytes } from './body.ts';
import type { Call } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { takeHold } from './hold.ts';
import { type CallerFacts, identify, throwIfRefused } from './identify.ts';
import { permitCall } from './permit.ts';
import { relay } from './relay.ts';
import type { Handler } from './routes.ts';

/** A route whose calls are paid for: admission, hold, upstream, settlement. */
export function meteredRoute(route: string, format: UpstreamFormat): Handler {
  return async (deps, exchange) => {
    const caller = await identify(deps, exchange);
    const request = await readRequest(deps, exchange, format);
    const model = await admitModel(deps, caller, request.model);
    assertSpoken(model, route, format);
    const call = makeCall(exchange, route, format, caller.key, model, request);
    await takeHold(deps, call, await permitCall(deps, call));
    deps.keyUse.note(caller.key.keyId);
    await relay(deps, call);
  };
}

async function readRequest(
  { settings }: ProxyDeps,
  { req }: Exchange,
  format: UpstreamFormat,
): Promise<CallRequest> {
  if (format.readForm)
    return format.readForm(await readBytes(req, settings.maxUploadBytes), req.headers['content-type']);
  return format.readRequest(await readBody(req, settings.maxBodyBytes), req.headers);
}

/** Whoever serves the model may speak other formats only. */
function assertSpoken({ id, upstreams }: CatalogModel, route: string, { kind }: UpstreamFormat): void {
  if (upstreams.length === 0 || upstreams.some((upstream) => upstream.kind === kind)) return;
  const message = `The model ${id} is not available on ${route}. Use the API of its vendor's other format.`;
  throw new DomainError('model_not_found', message, { param: 'model' });
}

async function admitModel(deps: ProxyDeps, caller: CallerFacts, modelId: string): Promise<CatalogModel> {
  const { models } = await deps.models.current();
  const model = models.get(modelId);
  throwIfRefused(admit({ ...caller, modelId, modelExists: model !== undefined }));
  if (!model) throw new Error('admit admitted a model that is not there');
  return model;
}

function makeCall(
  exchange: Exchange,
  route: string,
  format: UpstreamFormat,
  key: KeySnapshot,
  model: CatalogModel,
  request: CallRequest,
): Call {
  const asked = request.outputLimit ?? model.maxOutputTokens;
  const outputTokens = Math.min(asked, model.maxOutputTokens);
  return {
    exchange,
    route,
    format,
    key,
    model: format.free ? { ...model, price: { ...model.price, multiplierPpm: 0n, costPpm: 0n } } : model,
    request,
    bound: { ...request.bound, outputTokens },
    // More than the model can say would only make the upstream refuse.
    loweredLimit: outputTokens < asked ? outputTokens : undefined,
  };
}
