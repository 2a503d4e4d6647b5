import type { Config } from '../config/config.ts';

/** Where support opens a workflow; `null`: this deployment shows no Temporal UI. */
export function workflowUrl(
  { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace }: Config,
  workflowId: string,
): string | null {
  if (!ui) return null;
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
