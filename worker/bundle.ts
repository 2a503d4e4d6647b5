import { createHash } from 'node:crypto';
import { access, glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The workflows' code as one file. Bundling takes seconds of CPU, so the result is kept under the hash of what it
 * was made from: a start with unchanged workflows, or an image that was built with its bundle, reads a file.
 */
export async function loadWorkflowBundle(cacheFolder: string): Promise<WorkflowBundleOption> {
  const codePath = path.join(cacheFolder, `workflows-${await hashOfSources()}.js`);
  if (!(await exists(codePath))) await buildBundle(codePath);
  return { codePath };
}

async function buildBundle(codePath: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(root, 'workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(path.dirname(codePath), { recursive: true });
  // Two workers may start at once: whoever renames last wins, with the same content.
  const unfinished = `${codePath}.${process.pid}`;
  await writeFile(unfinished, code);
  await rename(unfinished, codePath);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files: string[] = ['package-lock.json'];
  for await (const file of glob('{workflows,billing}/**/*.ts', { cwd: root })) files.push(file);
  for (const file of files.filter((name) => !name.endsWith('.test.ts')).sort())
    hash.update(file).update(await readFile(path.join(root, file)));
  return hash.digest('hex').slice(0, 20);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
