import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { loadWorkflowBundle } from '../../worker/bundle.ts';

const folder = path.join(import.meta.dirname, 'histories');
const histories = readdirSync(folder).map((file) => ({
  name: file.replace('.json', ''),
  text: readFileSync(path.join(folder, file), 'utf8'),
}));

let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  workflowBundle = await loadWorkflowBundle(path.join(tmpdir(), 'tollgate-test-bundles'));
}, 60_000);

function replay(text: string): Promise<void> {
  const history = temporal.api.history.v1.History.fromObject(JSON.parse(text));
  return Worker.runReplayHistory({ workflowBundle }, history);
}

/**
 * Orders that began before a deployment go on after it. A change that breaks one of these belongs behind
 * `patched`; a history recorded from the new code is added beside the old ones, never instead.
 */
it.each(histories)('the code of today goes on with the order recorded as $name', async ({ text }) => {
  await replay(text);
});

it('a change of what a workflow does is noticed', async () => {
  const [paid] = histories.filter(({ name }) => name === 'top-up-paid-at-once');
  const changed = paid?.text.replaceAll('"issueCheckout"', '"makeCheckout"') ?? '';
  await expect(replay(changed)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});
