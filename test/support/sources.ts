// TypeScript sources for the tests of the code: the imports of each file, and its code without comments and strings.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const workspaces = ['contracts', 'chassis', 'gateway', 'identity-service', 'social-service'];

export interface Import {
  /** The path from the root for a relative import, else the specifier. */
  readonly target: string;
  readonly relative: boolean;
  /** `import type`: not loaded at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  readonly path: string;
  readonly imports: readonly Import[];
  /** The text without comments and the contents of quoted strings; line numbers stay the same. */
  readonly code: string;
}

/** Reads all TypeScript files of the workspaces. @returns texts by their path from the root */
export function readSources(): Map<string, string> {
  const paths = globSync(`{${workspaces.join(',')}}/**/*.ts`, {
    cwd: root,
    exclude: (path) => path === 'node_modules' || path.includes('/node_modules'),
  });
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

// Prettier starts every statement on a new line. Between `import` and `from` are only names.
const STATEMENT = /^(?:import|export)\s(type\s)?(?:[\w$\s{},*]*\sfrom\s)?\s*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]/g;
const COMMENT_OR_TEXT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Parses a file. @param path from the root */
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
    code: text.replace(COMMENT_OR_TEXT, (match) => match.replace(/[^\n]+/g, '')),
  };
}

/** Returns the package of a bare specifier: `@scope/name/file` → `@scope/name`; undefined for modules of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
