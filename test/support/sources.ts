// TypeScript sources for the tests of the code: the imports of each file, and its code without comments and strings.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const workspaces = [
  'contracts',
  'chassis',
  'client',
  'gateway',
  'identity-service',
  'social-service',
  'web',
];

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
  /** The text without comments, strings, regular expressions and the texts of templates; line numbers stay the same. */
  readonly code: string;
}

/** Reads all TypeScript files of some folders. @returns texts by their path from the root */
export function readSources(folders = workspaces): Map<string, string> {
  const paths = globSync(`{${folders.join(',')}}/**/*.{ts,tsx}`, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
  });
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

// Prettier starts every statement on a new line. Between `import` and `from` are only names.
const STATEMENT = /^(?:import|export)\s(type\s)?(?:[\w$\s{},*]*\sfrom\s)?\s*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]/g;

const STRING = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"`;
const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
/** A regular expression follows an operator or an opening bracket; after an operand, a slash is a division. */
const REGEXP = String.raw`(?<=[=(,:?&|!;{}[>]\s*|\breturn\s+)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/[\n])+\/[a-z]*`;
const NOT_CODE = new RegExp(`${COMMENT}|${STRING}|${REGEXP}`, 'y');
/** The text of a template, up to its end or to an expression. */
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y;

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
    code: codeOf(text),
  };
}

/** Blanks everything that is not code. */
function codeOf(text: string): string {
  let code = '';
  let index = 0;
  /** Open braces of each template expression that the index is in. */
  const openBraces: number[] = [];
  const skip = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index;
    const [match] = pattern.exec(text) ?? [];
    index += match?.length ?? 0;
    code += match?.replace(/[^\n]+/g, ' ') ?? '';
    return match;
  };
  const skipTemplateText = (): void => {
    if (skip(TEMPLATE_TEXT)?.endsWith('{')) openBraces.push(0);
  };
  while (index < text.length) {
    if (skip(NOT_CODE) !== undefined) continue;
    const character = text[index]!;
    index += 1;
    if (character === '`') skipTemplateText();
    else if (character === '}' && openBraces.at(-1) === 0) {
      openBraces.pop();
      skipTemplateText();
    } else {
      if (character === '{' && openBraces.length > 0) openBraces[openBraces.length - 1]! += 1;
      if (character === '}' && openBraces.length > 0) openBraces[openBraces.length - 1]! -= 1;
      code += character;
    }
  }
  return code;
}

/** Returns the package of a bare specifier: `@scope/name/file` → `@scope/name`; undefined for modules of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
