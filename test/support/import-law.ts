// The import law: which file may know which. One pure function over all sources, and the table it reads.
import { packageOf, parseSource, workspaces, type Source } from './sources.ts';

/**
 * The rooms of each package, and whom each may import; a room after `types:` by `import type` only. A file stands in
 * the first room that holds it. Every room may import itself, unless it is a `layers` room: layers never import layers.
 */
const houses: Readonly<Record<string, readonly Room[]>> = {
  chassis: [
    // Upwards: nobody imports what stands below themselves in this list.
    room('base', /^base\//, ''),
    room('settings', /^settings\//, 'base'),
    room('observability', /^observability\//, 'base'),
    room('http', /^http\//, 'observability settings base'),
    room('auth', /^auth\//, 'http observability settings base'),
    room('postgres', /^postgres\//, 'http observability settings base'),
    room('events', /^events\//, 'http observability settings base'),
    room('process', /^process\//, 'events postgres auth http observability settings base'),
  ],
  contracts: [
    room('generated', /^generated\//, ''),
    room('documents', /^[^/]+\.ts$/, 'generated'),
    room('events', /^events\//, 'documents generated'),
    // For tests alone.
    room('conformance', /^conformance\//, 'documents events'),
  ],
  gateway: [
    room('main', /^(main|service)\.ts$/, 'config wire app admin metrics headers calls'),
    room('config', /^config\.ts$/, ''),
    // Puts everything together; only main knows it.
    room(
      'wire',
      /^wire\//,
      'identity social upstream engine layers calls session views admin metrics types: config routes',
    ),
    room('metrics', /^metrics\.ts$/, 'engine calls types: layers'),
    room('app', /^app\.ts$/, 'routes calls types: config'),
    room('static', /^static-file\.ts$/, ''),
    room('headers', /^response-headers\.ts$/, 'session'),
    room('session', /^session\//, 'calls types: upstream identity'),
    room('admin', /^admin\//, 'static calls types: engine'),
    room(
      'routes',
      /^routes\//,
      'views stitch session static calls types: upstream identity social',
    ),
    room('stitch', /^views\/.*\bstitch\.ts$/, 'types: views calls upstream'),
    room('views', /^views\//, 'stitch calls types: upstream identity social'),
    // What is asked of each upstream, a file a resource.
    room('identity', /^upstream\/identity\//, 'upstream engine calls'),
    room('social', /^upstream\/social\//, 'upstream engine calls'),
    room('layers', /^upstream\/engine\/layers\//, 'calls types: engine'),
    // The types that everybody uses; they do nothing and know nobody.
    room('calls', /^upstream\/engine\/(call|failure)\.ts$/, ''),
    room('engine', /^upstream\/engine\//, 'calls types: layers'),
    room('upstream', /^upstream\//, 'engine layers calls'),
  ],
  'identity-service': [
    room('main', /^(main|service)\.ts$/, 'wire commands demo config schema'),
    room('wire', /^wire\//, 'routes relay accounts sessions events types: config schema'),
    room('commands', /^commands\//, 'sessions events config schema'),
    room('config', /^config\.ts$/, ''),
    room('schema', /^(schema\.ts$|migrations\/)/, ''),
    room('locks', /^locks\.ts$/, ''),
    room('demo', /^demo\.ts$/, 'events locks types: schema'),
    room('routes', /^routes\//, 'accounts sessions events'),
    room('relay', /^relay\//, 'events locks types: schema'),
    room('accounts', /^accounts\//, 'types: sessions events schema'),
    room('sessions', /^sessions\//, 'locks types: schema'),
    room('events', /^events\//, 'locks types: schema'),
  ],
  'social-service': [
    room('main', /^(main|service)\.ts$/, 'wire commands demo config schema'),
    room('wire', /^wire\//, 'routes posts friends replica types: config schema'),
    room('commands', /^commands\//, 'config types: replica'),
    room('config', /^config\.ts$/, ''),
    room('schema', /^(schema\.ts$|migrations\/)/, ''),
    room('locks', /^locks\.ts$/, ''),
    room('demo', /^demo\.ts$/, 'locks types: schema'),
    room('routes', /^routes\//, 'posts friends replica page'),
    room('posts', /^posts\//, 'replica page types: schema'),
    room('friends', /^friends\//, 'page types: schema'),
    room('replica', /^replica\//, 'types: schema'),
    room('page', /^page\.ts$/, ''),
  ],
};

/** Outside libraries that one file alone may know. */
const lone: Readonly<Record<string, RegExp>> = {
  undici: /^gateway\/src\//,
  opossum: /^gateway\/src\//,
  'lru-cache': /^gateway\/src\//,
  'prom-client': /^chassis\/src\/observability\/metrics\.ts$/,
};

// The lock tells people which process holds it: its pid.
const MAY_TOUCH_PROCESS =
  /^[^/]+\/src\/main\.ts$|^chassis\/src\/(process\/(process|runtime|commands)|observability\/log-destination|postgres\/directory-lock)\.ts$/;
const PROCESS = /(?<![.\w$])process\b(?!\s*[:(])|\bglobalThis\.process\b/;
const GENERATED = /^contracts\/src\/generated\//;
const MAX_LINES = 150;

interface Room {
  readonly name: string;
  readonly holds: RegExp;
  readonly may: readonly string[];
  readonly types: readonly string[];
}

/** @param may names of rooms with spaces between; those after `types:` may be imported by `import type` only */
function room(name: string, holds: RegExp, may: string): Room {
  const [values = '', types = ''] = may.split('types:');
  const self = name === 'layers' ? [] : [name];
  return {
    name,
    holds,
    may: [...self, ...values.trim().split(' ')],
    types: types.trim().split(' '),
  };
}

/** The room of a file; the first of its house that holds it. */
function roomOf(path: string): Room | undefined {
  const house = houses[workspaceOf(path)] ?? [];
  const inside = path.slice(`${workspaceOf(path)}/src/`.length);
  return house.find(({ holds }) => holds.test(inside));
}

/** Every breach of the law as `path:line: what is wrong`. `files` are texts by their path from the root. */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const sources = [...files].map(([path, text]) => parseSource(path, text));
  const src = sources.filter(({ path }) => isSource(path));
  return [
    ...sources.flatMap(leavesWorkspace),
    ...sources.flatMap(neighbours),
    ...src.flatMap(usesTestKit),
    ...src.flatMap(houseOrder),
    ...Object.keys(lone).flatMap((library) => loneLibrary(library, src)),
    ...src.flatMap(touchesProcess),
    ...[...files].flatMap(([path, text]) => tooLong(path, text)),
  ];
}

const workspaceOf = (path: string): string => path.split('/', 1)[0]!;
const isSource = (path: string): boolean => /^[^/]+\/src\//.test(path);

/** No file, tests included, imports another folder of the root by path; tests share what is in chassis/testing. */
function leavesWorkspace({ path, imports }: Source): string[] {
  return imports
    .filter((one) => one.relative && workspaceOf(one.target) !== workspaceOf(path))
    .map(
      ({ line, target }) => `${path}:${line}: a relative import leaves its workspace: ${target}`,
    );
}

/**
 * Sources of contracts and of the chassis import no workspace, those of the services only these two. Tests import their
 * own workspace, too, and those of the chassis contracts, for the fakes of services.
 */
function neighbours({ path, imports }: Source): string[] {
  const own = workspaceOf(path);
  const isShared = own === 'contracts' || own === 'chassis';
  const tests = own === 'contracts' ? [own] : [own, 'contracts', 'chassis'];
  const may = !isSource(path) ? tests : isShared ? [] : ['contracts', 'chassis'];
  return imports.flatMap(({ line, target, relative }) => {
    const other = relative ? undefined : packageOf(target);
    return other !== undefined && workspaces.includes(other) && !may.includes(other)
      ? [`${path}:${line}: ${own} may not import ${other}`]
      : [];
  });
}

/** chassis/testing is not in the images. */
function usesTestKit({ path, imports }: Source): string[] {
  return imports
    .filter(({ target }) => target.startsWith('chassis/testing/'))
    .map(({ line }) => `${path}:${line}: only tests import chassis/testing`);
}

function houseOrder({ path, imports }: Source): string[] {
  const from = roomOf(path);
  if (from === undefined) return [`${path}:1: stands in no room of ${workspaceOf(path)}`];
  return imports
    .filter(({ relative, target }) => relative && workspaceOf(target) === workspaceOf(path))
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
