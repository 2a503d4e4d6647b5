import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { userCacheFolder } from './folders.ts';

const pom = path.join(import.meta.dirname, '..', 'time-skipping-server', 'pom.xml');

/**
 * A command that starts Temporal's test server, whose time jumps to the next timer. It is a Java program that Maven
 * fetches once (38 MB, with what it needs) and that is kept for all checkouts of this user.
 */
export async function findTimeSkippingServer(say: (line: string) => void): Promise<string> {
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0)
    throw new Error('Tests that skip time need Java 17: install a JRE, for example default-jre-headless.');
  const folder = path.join(userCacheFolder(), `temporal-test-server-${pinnedVersion()}`);
  if (!existsSync(path.join(folder, 'lib'))) await fetchJars(folder, say);
  return writeStarter(folder);
}

function pinnedVersion(): string {
  const version = /temporal-test-server<\/artifactId>\s*<version>([\d.]+)</.exec(
    readFileSync(pom, 'utf8'),
  )?.[1];
  if (!version) throw new Error('scripts/time-skipping-server/pom.xml does not name a version.');
  return version;
}

async function fetchJars(folder: string, say: (line: string) => void): Promise<void> {
  say('Fetching the Temporal test server with Maven (38 MB, once for this user) …');
  const unfinished = path.join(folder, `lib.fetch-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`];
  const failure = await run('mvn', ['-q', '-B', '-f', pom, ...goals]);
  if (failure !== undefined || !existsSync(unfinished)) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Error(
      `Tests that skip time need Temporal's test server, and Maven could not fetch it: ${failure || 'it fetched nothing'}`,
    );
  }
  // Whoever else fetched it meanwhile fetched the same.
  if (existsSync(path.join(folder, 'lib'))) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, path.join(folder, 'lib'));
}

/** Undefined: it worked. */
function run(command: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk).slice(-2000);
      });
    child.once('error', () => resolve('mvn is not installed.'));
    child.once('close', (code) =>
      resolve(code === 0 ? undefined : said.trim().split('\n')[0] || 'no reason given'),
    );
  });
}

// `exec`, and a death with the parent where that can be had: else the Java process outlives the test. The flags make it
// start within the five seconds that the SDK waits.
function writeStarter(folder: string): string {
  const starter = path.join(folder, 'start.sh');
  const java = `java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -cp '${folder}/lib/*' io.temporal.testserver.TestServer "$@"`;
  const script = `#!/bin/sh
if command -v setpriv >/dev/null 2>&1; then exec setpriv --pdeathsig KILL ${java}; fi
exec ${java}
`;
  const unfinished = `${starter}.${process.pid}`;
  writeFileSync(unfinished, script, { mode: 0o755 });
  renameSync(unfinished, starter);
  return starter;
}
