// What is tracked by git, and what each workspace declares: read once, for the checks of the tree.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageOf, parseSource, root } from './sources.ts';

/** The tracked files that are there, and text, by their path from the root. */
export function readTracked(): Map<string, string> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--deduplicate'], {
    cwd: root,
  });
  const texts = listed
    .toString()
    .split('\0')
    .filter(Boolean)
    .flatMap((path): [string, string][] => {
      const text = readIfThere(path);
      return text === undefined || text.includes('\0') ? [] : [[path, text]];
    });
  return new Map(texts);
}

/** A file that was deleted a moment ago is still in git's index. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

// Homes, and the folders where a checkout or a build may stand on somebody's machine.
const MACHINE_PATH = /(?<![\w.$}/-])\/(?:home|Users|root|work|workspace|builds)\/[\w.-]/;
const REGISTRY = /\bregistry\.(?:npmjs|yarnpkg)\.\w+|\bnpm\.pkg\.github\.com|"resolved": "https?:/;

/** `path:line: text` of each line that holds a machine's path or a registry's host. */
export function tracesOfAMachine(files: ReadonlyMap<string, string>, folder: string): string[] {
  // A checkout in /app proves nothing: that is what an image calls it, too.
  const telling = folder.split('/').length > 2;
  return [...files].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, at) => {
      const traced =
        MACHINE_PATH.test(line) || REGISTRY.test(line) || (telling && line.includes(`${folder}/`));
      return traced ? [`${path}:${at + 1}: ${line.trim().slice(0, 100)}`] : [];
    }),
  );
}

/** What a package.json declares for run time. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Packages that a workspace's sources import without declaring them, and the other way round.
 * Only dependencies count: what tests and scripts use is the root's, or a devDependency.
 * @param peers what another workspace asks its users to bring along, so that nothing here imports it
 */
export function undeclared(
  workspace: string,
  files: ReadonlyMap<string, string>,
  declared: Manifest,
  peers: readonly string[] = [],
): string[] {
  const names = Object.keys({ ...declared.dependencies, ...declared.peerDependencies });
  const imported = new Map<string, string>();
  for (const [path, text] of files) {
    if (!path.startsWith(`${workspace}/src/`)) continue;
    for (const { relative, target, line } of parseSource(path, text).imports) {
      const name = relative ? undefined : packageOf(target);
      if (name !== undefined && !imported.has(name)) imported.set(name, `${path}:${line}`);
    }
  }
  const sources = [...files].filter(([path]) => path.startsWith(`${workspace}/src/`));
  // A package of files only (swagger-ui-dist) is named to `import.meta.resolve`, never imported.
  const used = (name: string) =>
    imported.has(name) ||
    peers.includes(name) ||
    sources.some(([, text]) => text.includes(`'${name}/`));
  return [
    ...[...imported]
      .filter(([name]) => !names.includes(name))
      .map(([name, place]) => `${place}: ${name} is not declared in ${workspace}/package.json`),
    ...names
      .filter((name) => !used(name))
      .map((name) => `${workspace}/package.json: nothing in src imports ${name}`),
  ];
}
