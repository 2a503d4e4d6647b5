import { usageFromAnthropic } from '../../billing/usage.ts';
import { producedTokens } from '../openai/output-counter.ts';
import { estimateInput, parseAnswer, unreadable } from '../openai/wire.ts';
import type { Answer, UpstreamFormat } from '../upstream.ts';
import { readMessagesRequest, writeMessagesRequest } from './messages-request.ts';
import { MessagesTap } from './messages-tap.ts';
import { withSearches } from './searches.ts';

// Sent where the caller names none: upstreams refuse requests without it.
const VERSION = '2023-06-01';

/** Messages as Anthropic speaks them. */
export const anthropicMessages: UpstreamFormat = {
  kind: 'anthropic',
  path: '/messages',
  readRequest: readMessagesRequest,
  writeRequest: writeMessagesRequest,
  headers: (apiKey) => ({
    'content-type': 'application/json',
    // The tap reads the bytes: they must not be compressed.
    'accept-encoding': 'identity',
    'user-agent': 'tollgate',
    'anthropic-version': VERSION,
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
  }),
  readAnswer,
  tap: () => new MessagesTap(),
  estimateInput,
  stopsBillingOnCancel: { plain: false, streamed: true },
};

function readAnswer(body: Buffer): Answer {
  const answer = parseAnswer(body);
  if (!Array.isArray(answer?.content) || answer.type === 'error') return unreadable;
  const reported = withSearches(usageFromAnthropic(answer.usage), answer.usage);
  return { reported, countedOutput: reported ? 0 : producedTokens(answer.content), readable: true };
}
