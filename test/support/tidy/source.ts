import { parseSync } from 'vite';

export interface Import {
  from: string;
  /** `import type`, or only `type` names. */
  typeOnly: boolean;
  names: string[];
}

export interface FunctionSize {
  name: string;
  line: number;
  lines: number;
}

export interface Source {
  file: string;
  text: string;
  lines: number;
  imports: Import[];
  functions: FunctionSize[];
  nodes: Node[];
}

/** ESTree, as far as the rules look at it. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

export function parseSource(file: string, text: string): Source {
  const { program, module, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const nodes: Node[] = [];
  collect(program, nodes);
  return {
    file,
    text,
    lines: text.split('\n').length - 1,
    imports: importsOf(module, nodes),
    functions: functionsOf(text, nodes),
    nodes,
  };
}

export const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

function collect(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, nodes);
  } else if (typeof value === 'object' && value !== null) {
    if ('type' in value) nodes.push(value as Node);
    for (const child of Object.values(value)) if (typeof child === 'object') collect(child, nodes);
  }
}

type Module = ReturnType<typeof parseSync>['module'];

function importsOf(module: Module, nodes: Node[]): Import[] {
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    from: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    names: entries.filter(({ isType }) => !isType).map(({ importName }) => importName.name ?? '*'),
  }));
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType, importName }) =>
      moduleRequest ? [{ from: moduleRequest.value, typeOnly: isType, names: [importName.name ?? '*'] }] : [],
    ),
  );
  const dynamics = nodes
    .filter(({ type }) => type === 'ImportExpression')
    .flatMap(({ source }) => {
      const from = (source as { value?: unknown }).value;
      return typeof from === 'string' ? [{ from, typeOnly: false, names: ['*'] }] : [];
    });
  return [...statics, ...reexports, ...dynamics];
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function functionsOf(text: string, nodes: Node[]): FunctionSize[] {
  const names = new Map<unknown, string>();
  for (const node of nodes) {
    const named = node.id ?? node.key;
    const value = node.init ?? node.value ?? node;
    if (named && typeof named === 'object' && 'name' in named) names.set(value, String(named.name));
  }
  return nodes
    .filter(({ type, body }) => functionTypes.has(type) && body)
    .map((node) => ({
      name: names.get(node) ?? 'anonymous',
      line: lineAt(text, node.start),
      lines: text.slice(node.start, node.end).split('\n').length,
    }));
}
