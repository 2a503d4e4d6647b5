import type { ReportedUsage } from '../../billing/usage.ts';
import { wholeCount, withUnits } from '../../billing/usage-shapes.ts';
import { isRecord } from '../openai/json.ts';

/** Searches that the model ran by itself are billed by the call. */
export function withSearches(
  reported: ReportedUsage | undefined,
  rawUsage: unknown,
): ReportedUsage | undefined {
  const used = isRecord(rawUsage) && isRecord(rawUsage.server_tool_use) ? rawUsage.server_tool_use : {};
  const searches = wholeCount(used.web_search_requests);
  return reported && searches ? withUnits(reported, { 'tool:web_search': searches }) : reported;
}
