import type { CallBound } from '../billing/call-bound.ts';
import type { ReportedUsage, Usage } from '../billing/usage.ts';
import type { PromptTokens } from './openai/media.ts';

export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What Tollgate must know of a call. The rest of the body is the upstream's business. */
export interface CallRequest {
  model: string;
  streamed: boolean;
  /** The caller asked for the usage chunk of a stream. */
  wantsUsage: boolean;
  /** The most tokens of one choice that the caller named; `undefined`: the caller left room. */
  outputLimit: number | undefined;
  /** `outputTokens` is for the model to fill in. */
  bound: Omit<CallBound, 'outputTokens'>;
  /** What the prompt is likely to be, where no report says it. */
  likely: PromptTokens;
  /** The body as it came, and what it says. */
  text: string;
  body: Record<string, unknown>;
  /** Two parsers may read the text differently (a key named twice): send what was understood. */
  ambiguous: boolean;
  /** In place of text and body: a form, to be written anew from what was understood. */
  form?: readonly FormEntry[];
  /** Headers of the caller that go on to the upstream. */
  headers?: Readonly<Record<string, string>>;
}

/** A field of a form, or a file in it. */
export interface FormEntry {
  name: string;
  value: string | FormFile;
}

export interface FormFile {
  filename: string;
  mimeType: string;
  bytes: Buffer;
}

/** What is sent to the upstream in place of text. */
export interface EncodedForm {
  bytes: Buffer;
  contentType: string;
}

/** What is to be said differently to the upstream. */
export interface RequestChanges {
  model: string;
  /** Set only when the limit is lowered, in this field. */
  outputLimit: number | undefined;
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

/** One route in one wire format. */
export interface UpstreamFormat {
  /** Of the upstreams that speak it. */
  kind: 'openai' | 'anthropic';
  /** Below the upstream's base URL. */
  path: string;
  /** Costs nothing, whatever the model costs. */
  free?: true;
  /** A stream of it is media and not events: nothing can be said in it when it breaks. */
  isMedia?: true;
  /** Throws `invalid_request` with the field that is wrong. */
  readRequest(text: string, headers: RequestHeaders): CallRequest;
  /** In place of `readRequest` where callers send forms. */
  readForm?(body: Buffer, contentType: string | undefined): Promise<CallRequest>;
  writeRequest(request: CallRequest, changes: RequestChanges): string | Promise<EncodedForm>;
  headers(apiKey: string | undefined): Record<string, string>;
  readAnswer(body: Buffer, request: CallRequest): Answer;
  /** Watches a stream, see StreamTap. */
  tap(request: CallRequest): StreamTap;
  /** When reports are missing: what the prompt is likely to have cost in tokens. */
  estimateInput(request: CallRequest): Usage;
  /** An upstream that goes on billing after we hang up is read to its end. */
  stopsBillingOnCancel: { plain: boolean; streamed: boolean };
}

/** What a plain body says. */
export interface Answer {
  reported: ReportedUsage | undefined;
  /** Output tokens estimated from the content. */
  countedOutput: number;
  /** It is an answer in this format at all. */
  readable: boolean;
}

/** Sees every byte of a stream once and tells which may be forwarded now. */
export interface StreamTap {
  /** The bytes to forward. The terminator and what follows stay behind in `withheld`. */
  push(chunk: Buffer): Buffer[];
  /** The upstream closed: what was kept of an unfinished event joins `withheld`. */
  end(): void;
  /** The terminator was seen. */
  readonly finished: boolean;
  /** The stream carried an error event. */
  readonly failed: boolean;
  readonly reported: ReportedUsage | undefined;
  /** The upstream closed properly, but before it said all: what is reported is not final. */
  readonly incomplete: boolean;
  /** What is reported includes output, and not only the prompt. */
  readonly reportsOutput: boolean;
  /** To be sent when the call is settled. */
  readonly withheld: Buffer[];
  /** Estimated from the content that passed. Parses lazily: a call whose usage is reported never pays for it. */
  countOutput(): number;
  /** The same of sound. */
  countAudio(): number;
}
