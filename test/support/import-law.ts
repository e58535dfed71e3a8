// The import law: which files may import which. A table of rooms, and a pure function that checks all sources.
import { packageOf, parseSource, workspaces, type Source } from './sources.ts';

/**
 * The rooms of each workspace, and the rooms that each may import; those after `types:` by `import type` only. A file
 * belongs to the first room whose pattern matches. Every room may import itself, except `layers`.
 */
const roomsByWorkspace: Readonly<Record<string, readonly Room[]>> = {
  chassis: [
    // No room imports a room below it in this list.
    room('base', /^base\//, ''),
    room('settings', /^settings\//, 'base'),
    room('observability', /^observability\//, 'base'),
    room('http', /^http\//, 'observability settings base'),
    room('auth', /^auth\//, 'http observability settings base'),
    room('postgres', /^postgres\//, 'http observability settings base'),
    room('events', /^events\//, 'http observability settings base'),
    room('event-log', /^event-log\//, 'events postgres auth http observability settings base'),
    room('admin', /^admin\//, 'http observability settings base'),
    room('process', /^process\//, 'admin events postgres auth http observability settings base'),
  ],
  contracts: [
    room('generated', /^generated\//, ''),
    room('documents', /^[^/]+\.ts$/, 'generated'),
    room('events', /^events\//, 'documents generated'),
    // For tests only.
    room('conformance', /^conformance\//, 'documents events'),
  ],
  client: [room('generated', /^generated\//, ''), room('client', /^[^/]+\.ts$/, 'generated')],
  gateway: [
    room(
      'main',
      /^(main|service)\.ts$/,
      'config wire app session admin metrics headers static calls',
    ),
    room('config', /^config\.ts$/, ''),
    // The composition root; only main imports it.
    room(
      'wire',
      /^wire\//,
      'identity social upstream engine layers calls session views live admin metrics types: config routes',
    ),
    room('metrics', /^(metrics|breaker-log)\.ts$/, 'engine calls types: layers'),
    room('app', /^app\.ts$/, 'routes calls types: config static'),
    room('static', /^(static-file|web-app)\.ts$/, ''),
    room('headers', /^response-headers\.ts$/, 'session'),
    room('session', /^session\//, 'calls types: upstream identity'),
    room('admin', /^admin\//, 'static calls types: engine'),
    // The live streams, which know no upstream.
    room('live', /^live\//, ''),
    room(
      'routes',
      /^routes\//,
      'views stitch session static calls types: live upstream identity social',
    ),
    room('stitch', /^views\/.*\bstitch\.ts$/, 'types: views calls upstream'),
    room('views', /^views\//, 'stitch calls types: upstream identity social'),
    // The requests to each upstream, one file per resource.
    room('identity', /^upstream\/identity\//, 'upstream engine calls expectations'),
    room('social', /^upstream\/social\//, 'upstream engine calls expectations'),
    // What is used of the upstreams' answers.
    room('expectations', /^upstream\/expectations\./, ''),
    room('layers', /^upstream\/engine\/layers\//, 'calls types: engine'),
    // Shared types, which import nothing.
    room('calls', /^upstream\/engine\/(call|failure)\.ts$/, ''),
    room('engine', /^upstream\/engine\//, 'calls expectations types: layers'),
    room('upstream', /^upstream\//, 'engine layers calls'),
  ],
  'identity-service': [
    room('main', /^(main|service)\.ts$/, 'wire commands demo config schema'),
    room('wire', /^wire\//, 'routes relay accounts limits sessions events types: config schema'),
    room('commands', /^commands\//, 'sessions events config schema'),
    room('config', /^config\.ts$/, ''),
    room('schema', /^(schema\.ts$|migrations\/)/, ''),
    room('locks', /^locks\.ts$/, ''),
    room('demo', /^demo\.ts$/, 'events locks types: schema'),
    room('routes', /^routes\//, 'accounts sessions events types: limits'),
    room('relay', /^relay\//, 'events locks types: schema'),
    room('accounts', /^accounts\//, 'types: limits sessions events schema'),
    room('limits', /^limits\//, 'types: schema'),
    room('sessions', /^sessions\//, 'locks types: schema'),
    room('events', /^events\//, 'locks types: schema'),
  ],
  'social-service': [
    room('main', /^(main|service)\.ts$/, 'wire commands demo config schema'),
    room('wire', /^wire\//, 'routes posts friends replica events types: config schema'),
    room('commands', /^commands\//, 'config types: replica'),
    room('config', /^config\.ts$/, ''),
    room('schema', /^(schema\.ts$|migrations\/)/, ''),
    room('locks', /^locks\.ts$/, ''),
    room('demo', /^demo\.ts$/, 'locks types: schema'),
    room('routes', /^routes\//, 'posts friends replica page'),
    room('posts', /^posts\//, 'replica page types: events schema'),
    room('friends', /^friends\//, 'replica page types: events schema'),
    room('replica', /^replica\//, 'types: events schema'),
    room('events', /^events\//, 'types: schema'),
    room('page', /^page\.ts$/, ''),
  ],
  web: [
    room('main', /^(main|app)\.tsx$/, 'screens parts data'),
    room('screens', /^screens\//, 'parts data'),
    room('parts', /^parts\//, 'data'),
    room('data', /^data\//, ''),
  ],
};

/** Libraries that only one file may import. */
const singleFileLibraries: Readonly<Record<string, RegExp>> = {
  undici: /^gateway\/src\//,
  opossum: /^gateway\/src\//,
  'lru-cache': /^gateway\/src\//,
  '@opentelemetry/sdk-trace': /^chassis\/src\/observability\/opentelemetry\.ts$/,
  'prom-client': /^chassis\/src\/observability\/metrics\.ts$/,
};

// The directory lock has the process id of its holder.
const MAY_TOUCH_PROCESS =
  /^[^/]+\/src\/main\.ts$|^chassis\/src\/(process\/(process|runtime|commands)|observability\/log-destination|postgres\/directory-lock)\.ts$/;
const PROCESS = /(?<![.\w$])process\b(?!\s*[:(])|\bglobalThis\.process\b/;
const GENERATED = /^(contracts|client)\/src\/generated\//;
const MAX_LINES = 150;

interface Room {
  readonly name: string;
  readonly pattern: RegExp;
  readonly imports: readonly string[];
  readonly types: readonly string[];
}

/** @param imports names of rooms, separated by spaces; those after `types:` by `import type` only */
function room(name: string, pattern: RegExp, imports: string): Room {
  const [values = '', types = ''] = imports.split('types:');
  const self = name === 'layers' ? [] : [name];
  return {
    name,
    pattern,
    imports: [...self, ...values.trim().split(' ')],
    types: types.trim().split(' '),
  };
}

/** Returns the room of a file: the first room of its workspace whose pattern matches. */
function roomOf(path: string): Room | undefined {
  const rooms = roomsByWorkspace[workspaceOf(path)] ?? [];
  const inside = path.slice(`${workspaceOf(path)}/src/`.length);
  return rooms.find(({ pattern }) => pattern.test(inside));
}

/** Returns every violation as `path:line: message`. @param files texts by their path from the root */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const sources = [...files].map(([path, text]) => parseSource(path, text));
  const src = sources.filter(({ path }) => isSource(path));
  return [
    ...sources.flatMap(crossesWorkspaces),
    ...sources.flatMap(otherWorkspaces),
    ...src.flatMap(usesTestKit),
    ...src.flatMap(otherRooms),
    ...Object.keys(singleFileLibraries).flatMap((library) => singleFileLibrary(library, src)),
    ...src.flatMap(touchesProcess),
    ...[...files].flatMap(([path, text]) => tooLong(path, text)),
  ];
}

const workspaceOf = (path: string): string => path.split('/', 1)[0]!;
const isSource = (path: string): boolean => /^[^/]+\/src\//.test(path);

/** No file, tests included, imports another workspace by a relative path. */
function crossesWorkspaces({ path, imports }: Source): string[] {
  return imports
    .filter(({ relative, target }) => relative && workspaceOf(target) !== workspaceOf(path))
    .map(
      ({ line, target }) => `${path}:${line}: a relative import leaves its workspace: ${target}`,
    );
}

/**
 * Sources of contracts, of the chassis and of the client import no workspace; sources of the services import only the first
 * two, and those of the web app only the client. Tests also import their own workspace, and tests of the chassis import contracts, for the fakes of services.
 */
function otherWorkspaces({ path, imports }: Source): string[] {
  const own = workspaceOf(path);
  const isShared = own === 'contracts' || own === 'chassis';
  const tests = own === 'contracts' ? [own] : [own, 'contracts', 'chassis'];
  // The client and the web app are on the other side of the wire: they know the contract by generated code only.
  const isFrontend = own === 'client' || own === 'web';
  const sources = isFrontend ? (own === 'web' ? ['client'] : []) : ['contracts', 'chassis'];
  const allowed = !isSource(path) ? tests : isShared ? [] : sources;
  return imports.flatMap(({ line, target, relative }) => {
    const other = relative ? undefined : packageOf(target);
    return other !== undefined && workspaces.includes(other) && !allowed.includes(other)
      ? [`${path}:${line}: ${own} may not import ${other}`]
      : [];
  });
}

/** Sources do not import chassis/testing, which is not in the images. */
function usesTestKit({ path, imports }: Source): string[] {
  return imports
    .filter(({ target }) => target.startsWith('chassis/testing/'))
    .map(({ line }) => `${path}:${line}: only tests import chassis/testing`);
}

function otherRooms({ path, imports }: Source): string[] {
  const from = roomOf(path);
  if (from === undefined) return [`${path}:1: belongs to no room of ${workspaceOf(path)}`];
  return imports
    .filter(({ relative, target }) => relative && workspaceOf(target) === workspaceOf(path))
    .flatMap(({ line, target, typeOnly }) => {
      const to = roomOf(target)?.name ?? target;
      if (from.imports.includes(to) || (typeOnly && from.types.includes(to))) return [];
      const how = from.types.includes(to) ? `${to} by \`import type\` only` : `no ${to}`;
      return [`${path}:${line}: ${from.name} may import ${how}: ${target}`];
    });
}

function singleFileLibrary(library: string, sources: readonly Source[]): string[] {
  const users = sources.flatMap(({ path, imports }) => {
    const found = imports.find(({ target }) => packageOf(target) === library);
    return found ? [{ path, line: found.line }] : [];
  });
  const outside = users.filter(({ path }) => !singleFileLibraries[library]!.test(path));
  const wrong = outside.length > 0 ? outside : users.slice(1);
  return wrong.map(({ path, line }) => `${path}:${line}: another file already knows ${library}`);
}

function touchesProcess({ path, code, imports }: Source): string[] {
  if (MAY_TOUCH_PROCESS.test(path)) return [];
  const imported = imports.filter(({ target }) => /^(node:)?process$/.test(target));
  const named = code.split('\n').flatMap((text, index) => (PROCESS.test(text) ? [index + 1] : []));
  return [...imported.map(({ line }) => line), ...named].map(
    (line) => `${path}:${line}: only main.ts touches process`,
  );
}

function tooLong(path: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  if (!isSource(path) || GENERATED.test(path) || lines <= MAX_LINES) return [];
  return [`${path}:${lines}: is longer than ${MAX_LINES} lines`];
}
