import type { ErrorCode } from './errors.ts';

/** Everything that memory knows about a call before money is asked for. */
export interface AdmissionFacts {
  nowMs: number;
  /** `undefined`: nobody has this key. */
  key: AdmissionKey | undefined;
  /** The caller's address is in the key's list, or the key has none. */
  addressAllowed: boolean;
  modelId: string;
  /** A model that exists, is enabled and has a price. */
  modelExists: boolean;
}

export interface AdmissionKey {
  enabled: boolean;
  revoked: boolean;
  expiresAtMs: number | undefined;
  /** `undefined`: every model. */
  models: ReadonlySet<string> | undefined;
  accountStatus: 'active' | 'suspended';
}

export interface Refusal {
  code: ErrorCode;
  message: string;
  param?: string;
  retryAfterSeconds?: number;
  /** When the limit that was met begins anew. */
  resetsAtMs?: number;
}

type Check = (facts: AdmissionFacts) => Refusal | undefined;

/** In the order of the specification: the first that fails answers. Funds come last, from the database. */
const checks: readonly Check[] = [
  keyIsKnown,
  keyIsValid,
  accountIsActive,
  addressIsAllowed,
  keyAllowsModel,
  modelIsThere,
];

export function admit(facts: AdmissionFacts): Refusal | undefined {
  for (const check of checks) {
    const refusal = check(facts);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The first step alone, for routes that name no model. */
export function admitCaller(facts: Omit<AdmissionFacts, 'modelId' | 'modelExists'>): Refusal | undefined {
  const caller = { ...facts, modelId: '', modelExists: false };
  return keyIsKnown(caller) ?? keyIsValid(caller) ?? accountIsActive(caller) ?? addressIsAllowed(caller);
}

export function keyAllows(key: AdmissionKey, modelId: string): boolean {
  return key.models === undefined || key.models.has(modelId);
}

function keyIsKnown({ key }: AdmissionFacts): Refusal | undefined {
  return key ? undefined : invalidKey('The API key is not known. Send `Authorization: Bearer tg_…`.');
}

function keyIsValid({ key, nowMs }: AdmissionFacts): Refusal | undefined {
  if (key?.revoked) return invalidKey('The API key was revoked. Make a new one in the console.');
  if (key?.expiresAtMs !== undefined && key.expiresAtMs <= nowMs)
    return invalidKey('The API key has expired. Make a new one in the console.');
  return key?.enabled ? undefined : invalidKey('The API key is switched off.');
}

function accountIsActive({ key }: AdmissionFacts): Refusal | undefined {
  if (key?.accountStatus === 'active') return undefined;
  return { code: 'account_suspended', message: 'The account is suspended. Write to support.' };
}

function addressIsAllowed({ addressAllowed }: AdmissionFacts): Refusal | undefined {
  if (addressAllowed) return undefined;
  return { code: 'forbidden', message: 'The API key may not be used from this address.' };
}

function keyAllowsModel({ key, modelId }: AdmissionFacts): Refusal | undefined {
  if (!key || keyAllows(key, modelId)) return undefined;
  return {
    code: 'model_not_allowed',
    message: `The API key may not use the model ${modelId}. Allow it on the key's page in the console.`,
    param: 'model',
  };
}

function modelIsThere({ modelExists, modelId }: AdmissionFacts): Refusal | undefined {
  if (modelExists) return undefined;
  return {
    code: 'model_not_found',
    message: `The model ${modelId} does not exist. GET /v1/models lists those that do.`,
    param: 'model',
  };
}

function invalidKey(message: string): Refusal {
  return { code: 'invalid_api_key', message };
}
