import { lineAt, type Node, type Source } from './source.ts';

export const MAX_FILE_LINES = 300;
export const MAX_FUNCTION_LINES = 70;
export const LONG_FUNCTION_LINES = 40;

/** Turning money into a number is right only where somebody else's format asks for one. */
const mayTurnMoneyIntoNumbers: Record<string, string> = {
  'workflows/contract.ts': 'a search attribute of type Int',
  'console/money.ts': 'a bar on a chart has a width',
};

export function tooLongFile({ file, lines }: Source): string[] {
  return lines > MAX_FILE_LINES ? [`${file} has ${lines} lines`] : [];
}

export function longFunctions({ file, functions }: Source, limit: number): string[] {
  if (isTestCode(file)) return [];
  return functions
    .filter(({ lines }) => lines > limit)
    .map(({ name, line, lines }) => `${file}:${line} ${name} has ${lines} lines`);
}

export function bannedCalls(source: Source): string[] {
  const { file, text, nodes } = source;
  const at = (node: Node) => `${file}:${lineAt(text, node.start)}`;
  return nodes.flatMap((node) => {
    const written = text.slice(node.start, node.end);
    return [
      ...(isClock(node, written) && file.startsWith('billing/')
        ? [`${at(node)} billing/ has no clock and no chance: ${written}`]
        : []),
      ...(turnsMoneyIntoNumber(node, text) && !isTestCode(file) && !mayTurnMoneyIntoNumbers[file]
        ? [`${at(node)} money becomes a float: ${written}`]
        : []),
      ...(isMoneyTypedNumber(node) && !isTestCode(file)
        ? [`${at(node)} money typed as number: ${node.name}`]
        : []),
      ...(node.type === 'Identifier' && node.name === 'constructEventWithoutVerification'
        ? [`${at(node)} takes unsigned events`]
        : []),
      ...(node.type === 'MemberExpression' && written === 'process.env' && !mayReadEnvironment(file)
        ? [`${at(node)} reads process.env`]
        : []),
    ];
  });
}

const isTestCode = (file: string) => /^(test|bench)\/|\.test\.tsx?$|(^|\/)test-[\w-]+\.tsx?$/.test(file);

const mayReadEnvironment = (file: string) =>
  /^(config|scripts|test|bench)\/|(^|\/)main\.ts$|\.test\.tsx?$|\.config\.[jt]s$/.test(file);

function isClock(node: Node, written: string): boolean {
  if (node.type === 'NewExpression') return written === 'new Date()';
  return (
    node.type === 'CallExpression' && /^(Date\.now|performance\.now|Math\.random|crypto\.\w+)\(/.test(written)
  );
}

const toNumber = /^(Number|parseFloat|parseInt|Number\.parseFloat|Number\.parseInt)$/;
const moneyName = /(Nanos|Usd|_nanos|_usd)$/;

function turnsMoneyIntoNumber(node: Node, text: string): boolean {
  if (node.type !== 'CallExpression') return false;
  const callee = node.callee as Node;
  if (!toNumber.test(text.slice(callee.start, callee.end))) return false;
  const given = text.slice(callee.end, node.end);
  return (given.match(/\w+/g) ?? []).some((word) => moneyName.test(word) && word !== 'toNanos');
}

function isMoneyTypedNumber(node: Node): boolean {
  const isName =
    node.type === 'Identifier' || node.type === 'TSPropertySignature' || node.type === 'PropertyDefinition';
  if (!isName) return false;
  const key = (node.key as { name?: string } | undefined)?.name ?? node.name;
  const annotation = (node.typeAnnotation as { typeAnnotation?: Node } | undefined)?.typeAnnotation;
  return (
    typeof key === 'string' &&
    /(Nanos|Cents|_nanos|_cents)$/.test(key) &&
    annotation?.type === 'TSNumberKeyword'
  );
}
