import { usageFromOpenAi } from '../../billing/usage.ts';
import type { Answer, UpstreamFormat } from '../upstream.ts';
import { readChatRequest, writeChatRequest } from './chat-request.ts';
import { ChatTap } from './chat-tap.ts';
import { isRecord } from './json.ts';
import { producedTokens } from './output-counter.ts';
import { estimateInput, openAiWire, parseAnswer, unreadable } from './wire.ts';

/** Chat completions as OpenAI speaks them, and everybody who copies it. */
export const openAiChat: UpstreamFormat = {
  ...openAiWire,
  path: '/chat/completions',
  readRequest: readChatRequest,
  writeRequest: writeChatRequest,
  readAnswer: (body) => readChoices(body, (choice) => choice.message),
  tap: (request) => new ChatTap(request),
  estimateInput,
  // A stream stops being generated, and billed, when its reader leaves. A plain answer is generated to its end.
  stopsBillingOnCancel: { plain: false, streamed: true },
};

/** `produced` takes the text out of a choice. */
export function readChoices(body: Buffer, produced: (choice: Record<string, unknown>) => unknown): Answer {
  const answer = parseAnswer(body);
  if (!answer) return unreadable;
  const reported = usageFromOpenAi(answer.usage);
  const choices = Array.isArray(answer.choices) ? answer.choices.filter(isRecord) : [];
  const count = () => choices.reduce((sum: number, choice) => sum + producedTokens(produced(choice)), 0);
  return { reported, countedOutput: reported ? 0 : count(), readable: true };
}
