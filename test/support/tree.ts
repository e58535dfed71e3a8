// The files that git tracks, and the declared dependencies of each workspace, for the tests of the tree.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageOf, parseSource, root } from './sources.ts';

/** Reads all tracked text files. @returns texts by their path from the root */
export function readTracked(): Map<string, string> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--deduplicate'], {
    cwd: root,
  });
  const texts = listed
    .toString()
    .split('\0')
    .filter(Boolean)
    .flatMap((path): [string, string][] => {
      const text = readIfExists(path);
      return text === undefined || text.includes('\0') ? [] : [[path, text]];
    });
  return new Map(texts);
}

/** Returns undefined for a deleted file, which is still in git's index. */
function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

// Home folders, and other folders in which a checkout or a build may be.
const MACHINE_PATH = /(?<![\w.$}/-])\/(?:home|Users|root|work|workspace|builds)\/[\w.-]/;
const REGISTRY = /\bregistry\.(?:npmjs|yarnpkg)\.\w+|\bnpm\.pkg\.github\.com|"resolved": "https?:/;

/** Returns `path:line: text` of each line with a path of a machine or the host of a registry. @param folder of the checkout */
export function machinePathsIn(files: ReadonlyMap<string, string>, folder: string): string[] {
  // A checkout in /app is not searched for: images use this path, too.
  const isSpecific = folder.split('/').length > 2;
  return [...files].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const isFound =
        MACHINE_PATH.test(line) ||
        REGISTRY.test(line) ||
        (isSpecific && line.includes(`${folder}/`));
      return isFound ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [];
    }),
  );
}

/** The dependencies of a package.json that are needed at run time. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns packages that the sources of a workspace import without declaring them, or declare without importing them.
 * Packages that only tests and scripts use are not checked.
 * @param peers peer dependencies of another workspace, which are declared here without an import
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
  // A package of files only (swagger-ui-dist) is an argument of `import.meta.resolve`, and is not imported.
  const used = (name: string) =>
    imported.has(name) ||
    peers.includes(name) ||
    sources.some(([, text]) => text.includes(`'${name}/`));
  return [
    ...[...imported]
      .filter(([name]) => !names.includes(name))
      .map(
        ([name, location]) => `${location}: ${name} is not declared in ${workspace}/package.json`,
      ),
    ...names
      .filter((name) => !used(name))
      .map((name) => `${workspace}/package.json: nothing in src imports ${name}`),
  ];
}
