import { usageFromOpenAi } from '../../billing/usage.ts';
import { withUnits } from '../../billing/usage-shapes.ts';
import type { Answer, CallRequest, UpstreamFormat } from '../upstream.ts';
import { readChatRequest, searchUnits, writeChatRequest } from './chat-request.ts';
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
  readAnswer: (body, request) =>
    withSearch(
      readChoices(body, (choice) => choice.message),
      request,
    ),
  tap: (request) => new ChatTap(request),
  estimateInput: (request) => ({ ...estimateInput(request), ...searchUnits(request.body) }),
  // A stream stops being generated, and billed, when its reader leaves. A plain answer is generated to its end.
  stopsBillingOnCancel: { plain: false, streamed: true },
};

function withSearch(answer: Answer, { body }: CallRequest): Answer {
  const { units } = searchUnits(body);
  return units && answer.reported ? { ...answer, reported: withUnits(answer.reported, units) } : answer;
}

/** `produced` takes the text out of a choice. */
export function readChoices(body: Buffer, produced: (choice: Record<string, unknown>) => unknown): Answer {
  const answer = parseAnswer(body);
  if (!Array.isArray(answer?.choices) || answer.error != null) return unreadable;
  const reported = usageFromOpenAi(answer.usage);
  const choices = answer.choices.filter(isRecord);
  const count = () => choices.reduce((sum: number, choice) => sum + producedTokens(produced(choice)), 0);
  return { reported, countedOutput: reported ? 0 : count(), readable: true };
}
