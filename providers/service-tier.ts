import { invalid } from './json-request.ts';
import type { JsonObject } from './openai/json.ts';

/** Fields with which a caller asks for another pace or place, and what they may say: that costs what the model costs. */
const standard: Readonly<Record<string, readonly unknown[]>> = {
  service_tier: ['auto', 'default', 'standard', 'standard_only'],
  speed: ['standard'],
  inference_geo: ['global'],
};

/** Decide the price: keys that must not be read in two ways. */
export const tierFields = Object.keys(standard);

/** A model has one price. What the upstream would bill at another (faster, cheaper and later, in one region) is refused. */
export function assertStandardTier(body: JsonObject): void {
  for (const [field, allowed] of Object.entries(standard)) {
    const value = body[field];
    if (value != null && !allowed.includes(value))
      throw invalid(field, `must be ${allowed.join(' or ')} here, or left out: models have one price`);
  }
}
