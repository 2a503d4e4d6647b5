// Runs before anything is installed, on whatever Node is there: plain JavaScript, no dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const say = (line) => process.stderr.write(`${line}\n`);

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

/** Compares what npm installed with what the lock file asks for; optional packages may be absent. */
function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(
      readFileSync(path.join(root, 'node_modules/.package-lock.json'), 'utf8'),
    ).packages;
    return Object.entries(wanted).every(
      ([name, { version, optional }]) =>
        name === '' || (present[name] ? present[name].version === version : optional === true),
    );
  } catch {
    return false;
  }
}

/** Repeats a line while a silent command works: nobody should wonder whether it hangs. */
function run(title, command, args, options = {}) {
  say(`${title} …`);
  const started = Date.now();
  const ticker = setInterval(
    () => say(`  still at it, ${Math.round((Date.now() - started) / 1000)} s …`),
    10_000,
  );
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-4000);
      });
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code) => {
      clearInterval(ticker);
      resolve({ ok: code === 0, output, seconds: Math.round((Date.now() - started) / 1000) });
    });
  });
}

async function installPackages() {
  if (isInstalled()) return;
  // npm itself may be what calls us: its own executable works whatever the PATH says.
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  // A development tree is needed even where NODE_ENV=production is set.
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  let done = await run('Installing packages (about a minute)', command, [...first, 'ci', ...flags]);
  // Registry copies that lack the packages of other platforms make npm doubt the lock file; the versions still hold.
  if (!done.ok && done.output.includes('EUSAGE'))
    done = await run('npm ci refused the lock file: npm install instead', command, [
      ...first,
      'install',
      '--no-save',
      ...flags,
    ]);
  if (!done.ok)
    fail(
      `${done.output.trim()}\nPackages could not be installed: the reason is above. Check the network and npm's registry, then try again.`,
    );
  say(`Packages are installed (${done.seconds} s).`);
}

function checkNode() {
  const node = path.join(root, 'node_modules/.bin/node');
  const command = existsSync(node) ? node : 'node';
  const version = String(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout || '').trim();
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 9)) return;
  fail(
    `Node 24.9 or newer is needed and ${version || 'none'} was found: the package \`node\` brings one where npm runs install ` +
      'scripts (run `npm rebuild node`), or install Node 24.',
  );
}

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** What only tests need and npm does not bring. Where it cannot be had, the tests that need it are skipped. */
const testPrograms = [
  {
    name: 'Chromium',
    aptPackage: 'chromium',
    tests: 'browser tests',
    instead: ', or set CHROMIUM_PATH',
    isThere: () => process.env.CHROMIUM_PATH || chromiumPaths.some((file) => existsSync(file)),
  },
  {
    name: 'redis-server',
    aptPackage: 'redis-server',
    tests: 'tests of limits in Redis',
    instead: '',
    isThere: () => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0,
  },
  {
    name: 'Java with Maven',
    aptPackage: 'default-jre-headless maven',
    tests: 'tests that skip time',
    instead: '',
    isThere: () =>
      spawnSync('java', ['-version'], { stdio: 'ignore' }).status === 0 &&
      spawnSync('mvn', ['-version'], { stdio: 'ignore' }).status === 0,
  },
];

/** Temporal, and its server that skips time. Where one cannot be had, the tests that need it fail and say so. */
function fetchTemporalServers() {
  const node = path.join(root, 'node_modules/.bin/node');
  const command = existsSync(node) ? node : 'node';
  spawnSync(command, [path.join(root, 'scripts/fetch-temporal-servers.ts')], { stdio: 'inherit' });
}

async function installTestPrograms() {
  const isRoot = process.getuid && process.getuid() === 0;
  const hasApt = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  for (const { name, aptPackage, tests, instead, isThere } of testPrograms) {
    if (isThere()) continue;
    if (!isRoot || !hasApt) {
      say(`${name} is missing: ${tests} will be skipped. Install it${instead}.`);
      continue;
    }
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = `apt-get update && apt-get install -y --no-install-recommends ${aptPackage}`;
    const title = `Installing ${name} for the ${tests} (apt-get, about half a minute, once)`;
    const done = await run(title, 'sh', ['-c', install], { env });
    if (!done.ok)
      say(`${name} could not be installed: ${tests} will be skipped. Install it by hand${instead}.`);
  }
}

await installPackages();
checkNode();
if (process.argv.includes('--tests')) {
  await installTestPrograms();
  fetchTemporalServers();
}
