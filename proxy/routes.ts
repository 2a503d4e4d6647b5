import { anthropicCountTokens } from '../providers/anthropic/count-tokens.ts';
import { anthropicMessages } from '../providers/anthropic/messages.ts';
import { openAiChat } from '../providers/openai/chat.ts';
import { openAiCompletions } from '../providers/openai/completions.ts';
import { openAiEmbeddings } from '../providers/openai/embeddings.ts';
import { openAiImages } from '../providers/openai/images.ts';
import { rerank } from '../providers/openai/rerank.ts';
import { openAiResponses } from '../providers/openai/responses.ts';
import { openAiSpeech } from '../providers/openai/speech.ts';
import { openAiTranscriptions, openAiTranslations } from '../providers/openai/transcriptions.ts';
import type { UpstreamFormat } from '../providers/upstream.ts';
import { showSubscription, showUsage } from './billing-routes.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { meteredRoute } from './metered-route.ts';
import { listModels, showModel } from './models-route.ts';

/** `rest` is what follows the path of a prefix route. */
export type Handler = (deps: ProxyDeps, exchange: Exchange, rest: string) => Promise<void>;

type Methods = Partial<Record<string, Handler>>;

const exact = new Map<string, Methods>([
  ['/v1/models', { GET: listModels }],
  ['/v1/dashboard/billing/subscription', { GET: showSubscription }],
  ['/v1/dashboard/billing/usage', { GET: showUsage }],
  metered('/v1/chat/completions', openAiChat),
  metered('/v1/responses', openAiResponses),
  metered('/v1/completions', openAiCompletions),
  metered('/v1/embeddings', openAiEmbeddings),
  metered('/v1/images/generations', openAiImages),
  metered('/v1/audio/speech', openAiSpeech),
  metered('/v1/audio/transcriptions', openAiTranscriptions),
  metered('/v1/audio/translations', openAiTranslations),
  metered('/v1/rerank', rerank),
  metered('/v1/messages', anthropicMessages),
  metered('/v1/messages/count_tokens', anthropicCountTokens),
]);

function metered(path: string, format: UpstreamFormat): [string, Methods] {
  return [path, { POST: meteredRoute(path, format) }];
}

// Model ids may hold slashes.
const prefixes: [string, Methods][] = [['/v1/models/', { GET: showModel }]];

export type Found = { handler: Handler; rest: string } | { allowed: string[] };

export function findRoute(method: string, path: string): Found | undefined {
  const methods = exact.get(path);
  if (methods) return pick(methods, method, '');
  for (const [prefix, prefixed] of prefixes)
    if (path.startsWith(prefix) && path.length > prefix.length)
      return pick(prefixed, method, path.slice(prefix.length));
  return undefined;
}

function pick(methods: Methods, method: string, rest: string): Found {
  const handler = methods[method];
  return handler ? { handler, rest } : { allowed: Object.keys(methods) };
}
