/** What does not belong into a tracked file, whatever its kind. */
const machinePath = /(?<![\w.\-/])\/(?:work|tmp|root|home|Users)\/[\w.-]/;
const registryHost = new RegExp(
  [
    'registry\\.npmjs',
    'npmmirror',
    'registry\\.yarnpkg',
    'proxy\\.golang',
    'goproxy',
    'pypi\\.org',
    'repo1?\\.maven',
  ]
    .map((host) => `\\b${host}`)
    .join('|'),
  'i',
);

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;
const wellKnown = new Set(['README.md', 'CHANGELOG.md', 'LICENSE', 'Dockerfile']);

export function badNames(file: string): string[] {
  const isFine = (name: string) => name.startsWith('.') || wellKnown.has(name) || kebab.test(name);
  return file.split('/').every(isFine) ? [] : [`${file} is not in kebab-case`];
}

export function machineTraces(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, i) => {
    const found = machinePath.exec(line) ?? registryHost.exec(line);
    return found ? [`${file}:${i + 1} names ${found[0]}`] : [];
  });
}

interface LockFile {
  packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
}

export function downloadAddresses(lockFile: string): string[] {
  const { packages } = JSON.parse(lockFile) as LockFile;
  return Object.entries(packages).flatMap(([name, { resolved }]) =>
    resolved ? [`package-lock.json resolves ${name} to ${resolved}`] : [],
  );
}

/** A registry copy may lack the packages of other platforms; npm then leaves them out and `npm ci` refuses the file. */
export function missingPlatforms(lockFile: string): string[] {
  const { packages } = JSON.parse(lockFile) as LockFile;
  const locked = new Set(Object.keys(packages).map((name) => name.replace(/^.*node_modules\//, '')));
  return Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !locked.has(name))
    .map((name) => `package-lock.json lacks ${name}`);
}
