import { noUsage } from '../../billing/usage.ts';
import { noTap, parseAnswer, unreadable } from '../openai/wire.ts';
import type { UpstreamFormat } from '../upstream.ts';
import { anthropicMessages } from './messages.ts';
import { readPrompt, writeMessagesRequest } from './messages-request.ts';

/** How many tokens a prompt has. The upstream counts, and asks nothing for it. */
export const anthropicCountTokens: UpstreamFormat = {
  ...anthropicMessages,
  path: '/messages/count_tokens',
  free: true,
  readRequest: readPrompt,
  writeRequest: (request, changes) => writeMessagesRequest(request, { ...changes, outputLimit: undefined }),
  readAnswer: (body) => {
    const isCount = typeof parseAnswer(body)?.input_tokens === 'number';
    return isCount
      ? { reported: { usage: noUsage, consistent: true }, countedOutput: 0, readable: true }
      : unreadable;
  },
  tap: noTap,
};
