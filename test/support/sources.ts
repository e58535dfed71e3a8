// TypeScript sources as the laws see them: what each file imports, and its code without comments and texts.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const workspaces = ['contracts', 'chassis', 'gateway', 'identity-service', 'social-service'];

export interface Import {
  /** A path from the root for a relative import, else the specifier as it is written. */
  readonly target: string;
  readonly relative: boolean;
  /** `import type`: nothing of it is loaded at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  readonly path: string;
  readonly imports: readonly Import[];
  /** The text with every comment, and every text in quotes, left out; lines stay where they are. */
  readonly code: string;
}

/** Every TypeScript file of the workspaces, by its path from the root. */
export function readSources(): Map<string, string> {
  const paths = globSync(`{${workspaces.join(',')}}/**/*.ts`, {
    cwd: root,
    exclude: (path) => path === 'node_modules' || path.includes('/node_modules'),
  });
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

// Prettier starts every statement on a line of its own; between `import` and `from` stand only names.
const STATEMENT = /^(?:import|export)\s(type\s)?(?:[\w$\s{},*]*\sfrom\s)?\s*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]/g;
const COMMENT_OR_TEXT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Reads one file. `path` is seen from the root. */
export function parseSource(path: string, text: string): Source {
  const found = (index: number, specifier: string, typeOnly: boolean): Import => {
    const relative = specifier.startsWith('.');
    const target = relative ? posix.join(posix.dirname(path), specifier) : specifier;
    return { target, relative, typeOnly, line: lineAt(text, index) };
  };
  return {
    path,
    imports: [
      ...[...text.matchAll(STATEMENT)].map((m) => found(m.index, m[2]!, m[1] !== undefined)),
      ...[...text.matchAll(DYNAMIC)].map((m) => found(m.index, m[1]!, false)),
    ],
    code: text.replace(COMMENT_OR_TEXT, (part) => part.replace(/[^\n]+/g, '')),
  };
}

/** The package of a bare specifier: `@scope/name/file` → `@scope/name`; undefined for Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
