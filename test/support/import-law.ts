// The import law: which file may know which. One pure function over all sources, and the table it reads.
import { packageOf, parseSource, workspaces, type Source } from './sources.ts';

/** The rooms of gateway/src, and whom each may import; `types` by `import type` only. */
const rooms: readonly Room[] = [
  room('main', /^(main|gateway)\.ts$/, 'main config wire app admin metrics headers words'),
  room('config', /^config\.ts$/, ''),
  // The wiring puts everything together; nobody but main knows it.
  room(
    'wire',
    /^(wire|memories|reads|commands|following)\.ts$/,
    'wire upstream layers words session views admin metrics',
    'config',
  ),
  room('metrics', /^metrics\.ts$/, 'upstream layers words'),
  room('app', /^app\.ts$/, 'routes views words', 'config upstream'),
  // What every answer carries.
  room('headers', /^headers\.ts$/, 'session'),
  // Who asks: cookies, tokens, where a browser's request comes from.
  room('session', /^session\//, 'session words', 'upstream'),
  room('admin', /^admin\//, 'admin words', 'upstream layers'),
  room('routes', /^routes\//, 'routes views stitch words', 'upstream session'),
  room('stitch', /^views\/.*\bstitch\.ts$/, 'stitch', 'views words upstream'),
  room('views', /^views\//, 'views stitch words', 'upstream'),
  room('layers', /^upstream\/layers\//, 'words', 'upstream'),
  // The words that everybody speaks; they do nothing and know nobody.
  room('words', /^upstream\/(call|failure)\.ts$/, 'words'),
  room('upstream', /^upstream\//, 'upstream layers words'),
];

/** Outside libraries that one file alone may know. */
const lone: Readonly<Record<string, RegExp>> = {
  undici: /^gateway\/src\//,
  opossum: /^gateway\/src\//,
  'lru-cache': /^gateway\/src\//,
  'prom-client': /^chassis\/src\/metrics\.ts$/,
};

// The lock tells people which process holds it: its pid.
const MAY_TOUCH_PROCESS =
  /^[^/]+\/src\/main\.ts$|^chassis\/src\/(process|runtime|directory-lock)\.ts$/;
const PROCESS = /(?<![.\w$])process\b(?!\s*[:(])|\bglobalThis\.process\b/;
const GENERATED = /^contracts\/src\/generated\//;
const MAX_LINES = 150;

interface Room {
  readonly name: string;
  readonly holds: RegExp;
  readonly may: readonly string[];
  readonly types: readonly string[];
}

/** `may` and `types` are names of rooms, with spaces between. */
function room(name: string, holds: RegExp, may: string, types = ''): Room {
  return { name, holds, may: may.split(' '), types: types.split(' ') };
}

/** The room of a file of the gateway; the first that holds it. */
function roomOf(path: string): Room | undefined {
  const inside = path.replace('gateway/src/', '');
  return rooms.find(({ holds }) => holds.test(inside));
}

/** Every breach of the law as `path:line: what is wrong`. `files` are texts by their path from the root. */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const sources = [...files].map(([path, text]) => parseSource(path, text));
  const src = sources.filter(({ path }) => isSource(path));
  return [
    ...sources.flatMap(leavesWorkspace),
    ...src.flatMap(neighbours),
    ...src.filter(({ path }) => path.startsWith('gateway/')).flatMap(houseOrder),
    ...Object.keys(lone).flatMap((library) => loneLibrary(library, src)),
    ...src.flatMap(touchesProcess),
    ...[...files].flatMap(([path, text]) => tooLong(path, text)),
  ];
}

const workspaceOf = (path: string): string => path.split('/', 1)[0]!;
const isSource = (path: string): boolean => /^[^/]+\/src\//.test(path);

/** What is no source, a test or a script, may share the root's helpers for tests. */
function leavesWorkspace({ path, imports }: Source): string[] {
  const may = isSource(path) ? [workspaceOf(path)] : [workspaceOf(path), 'test'];
  return imports
    .filter((one) => one.relative && !may.includes(workspaceOf(one.target)))
    .map(
      ({ line, target }) => `${path}:${line}: a relative import leaves its workspace: ${target}`,
    );
}

/** contracts know nobody, the chassis nobody of the domain, and the three processes only these two. */
function neighbours({ path, imports }: Source): string[] {
  const own = workspaceOf(path);
  const may = own === 'contracts' || own === 'chassis' ? [] : ['contracts', 'chassis'];
  return imports.flatMap(({ line, target, relative }) => {
    const other = relative ? undefined : packageOf(target);
    return other !== undefined && workspaces.includes(other) && !may.includes(other)
      ? [`${path}:${line}: ${own} may not import ${other}`]
      : [];
  });
}

function houseOrder({ path, imports }: Source): string[] {
  const from = roomOf(path);
  if (from === undefined) return [`${path}:1: stands in no room of the gateway`];
  return imports
    .filter(({ relative }) => relative)
    .flatMap(({ line, target, typeOnly }) => {
      const to = roomOf(target)?.name ?? target;
      if (from.may.includes(to) || (typeOnly && from.types.includes(to))) return [];
      const how = from.types.includes(to) ? `${to} by \`import type\` only` : `no ${to}`;
      return [`${path}:${line}: ${from.name} may import ${how}: ${target}`];
    });
}

function loneLibrary(library: string, sources: readonly Source[]): string[] {
  const users = sources.flatMap(({ path, imports }) => {
    const one = imports.find(({ target }) => packageOf(target) === library);
    return one ? [{ path, line: one.line }] : [];
  });
  const outside = users.filter(({ path }) => !lone[library]!.test(path));
  const wrong = outside.length > 0 ? outside : users.slice(1);
  return wrong.map(({ path, line }) => `${path}:${line}: another file already knows ${library}`);
}

function touchesProcess({ path, code, imports }: Source): string[] {
  if (MAY_TOUCH_PROCESS.test(path)) return [];
  const imported = imports.filter(({ target }) => /^(node:)?process$/.test(target));
  const named = code.split('\n').flatMap((text, at) => (PROCESS.test(text) ? [at + 1] : []));
  return [...imported.map(({ line }) => line), ...named].map(
    (line) => `${path}:${line}: only main.ts touches process`,
  );
}

function tooLong(path: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  if (!isSource(path) || GENERATED.test(path) || lines <= MAX_LINES) return [];
  return [`${path}:${lines}: is longer than ${MAX_LINES} lines`];
}
