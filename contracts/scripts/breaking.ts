// Breaking changes between two versions of a document, and the marks that allow them.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { documentNames } from '../src/document.ts';
import type { DocumentName } from '../src/document.ts';
import { redocly } from './redocly.ts';

/** Something that a client of the base version may have relied on, and that the revision takes away. */
export interface Break {
  /** The place and the rule; a mark names it. */
  readonly what: string;
  /** What happened, for people. */
  readonly message: string;
}

/** A break that is meant, as breaking-changes.yaml lists it. */
export interface Mark {
  readonly document: DocumentName;
  readonly what: string;
  readonly why: string;
  /** The version of the document (info.version) that breaks it. */
  readonly since: string;
}

/** A change as `redocly diff --format json` reports it. */
interface Change {
  readonly path: string;
  readonly typeName: string;
  readonly impact: 'major' | 'minor' | 'patch';
  readonly verdicts: readonly { ruleId: string; impact: string; message: string }[];
  readonly property?: string;
  readonly base?: { readonly value?: unknown };
}

/** What breaks clients of the document `base` when it becomes `revision`. Throws when they cannot be compared. */
export async function breaksBetween(base: string, revision: string): Promise<Break[]> {
  const { stdout, stderr } = await redocly(
    'diff',
    base,
    revision,
    '--format=json',
    '--fail-on=none',
  );
  let changes: Change[];
  try {
    ({ changes } = JSON.parse(stdout) as { changes: Change[] });
  } catch {
    throw new Error(`${base} and ${revision} cannot be compared:\n${stderr}`);
  }
  return changes.flatMap((change) => ruledBreaks(change).concat(headerBreaks(change)));
}

const ruledBreaks = ({ path, verdicts }: Change): Break[] =>
  verdicts
    .filter(({ impact }) => impact === 'major')
    .map(({ ruleId, message }) => ({ what: `${path} ${ruleId}`, message }));

/** Redocly (2.77) has no rule for a response header that was always there and now may be missing. */
function headerBreaks({ path, typeName, property, base }: Change): Break[] {
  return typeName === 'Header' && property === 'required' && base?.value === true
    ? [{ what: `${path} header-no-longer-required`, message: 'The header may now be missing.' }]
    : [];
}

/** The marks in a file. Throws when one is not complete. */
export async function readMarks(path: string): Promise<Mark[]> {
  const marks = (parse(await readFile(path, 'utf8')) ?? []) as unknown;
  if (!Array.isArray(marks)) throw new Error(`${path} is no list`);
  for (const mark of marks as (Partial<Record<keyof Mark, unknown>> | null)[]) {
    const texts = [mark?.document, mark?.what, mark?.why, mark?.since];
    const complete = texts.every((text) => typeof text === 'string' && text !== '');
    if (!complete || !documentNames.includes(mark?.document as DocumentName))
      throw new Error(
        `${path}: each entry has document, what, why, since: ${JSON.stringify(mark)}`,
      );
  }
  return marks as Mark[];
}

/** The breaks that no mark allows, and the marks that allow nothing, as lines for people. */
export function judge(
  name: DocumentName,
  breaks: readonly Break[],
  marks: readonly Mark[],
): string[] {
  const ours = marks.filter(({ document }) => document === name);
  const unmarked = breaks.filter(({ what }) => !ours.some((mark) => mark.what === what));
  const idle = ours.filter(({ what }) => !breaks.some((found) => found.what === what));
  return [
    ...unmarked.map(({ what, message }) => `breaks clients: ${message}\n  what: ${what}`),
    ...idle.map(({ what }) => `marked, but nothing breaks there\n  what: ${what}`),
  ];
}
