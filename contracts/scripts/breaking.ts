// Breaking changes between two versions of a document, and the marks that allow them.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from '../src/document.ts';
import type { JsonObject } from '../src/document.ts';
import { parseYaml } from '../src/yaml.ts';
import { redocly } from './redocly.ts';
import { releasedNames, type ReleasedName } from './releases.ts';
import { removals } from './removals.ts';
import { withoutTexts } from './texts.ts';

/** A change that takes away something that clients of the base version may use. */
export interface Break {
  /** The place and the rule; a mark names it. */
  readonly what: string;
  /** A description for people. */
  readonly message: string;
}

/** An intended break, as breaking-changes.yaml lists it. */
export interface Mark {
  readonly document: ReleasedName;
  readonly what: string;
  readonly why: string;
  /** The version of the document (info.version) that breaks it. */
  readonly since: string;
}

/** A change as `redocly diff --format json` reports it. */
interface Change {
  readonly path: string;
  readonly typeName: string;
  readonly kind: string;
  readonly impact: 'major' | 'minor' | 'patch';
  readonly verdicts: readonly { ruleId: string; impact: string; message: string }[];
  readonly property?: string;
  readonly base?: { readonly value?: unknown };
}

/** The changes from the document at path `base` to the one at `revision` that break clients. Throws when they cannot be compared. */
export async function breaksBetween(base: string, revision: string): Promise<Break[]> {
  try {
    const [old, current] = [await read(base), await read(revision)];
    return 'asyncapi' in old ? channelBreaks(old, current) : await openApiBreaks(old, current);
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`${base} and ${revision} cannot be compared:\n${why}`, { cause: error });
  }
}

/** Reads a document, each shared part written out at every place. */
const read = async (path: string): Promise<JsonObject> =>
  parseDocument(await readFile(path, 'utf8')) as unknown as JsonObject;

/** Redocly cannot compare AsyncAPI documents. */
function channelBreaks(
  { info: _base, ...base }: JsonObject,
  { info: _revision, ...revision }: JsonObject,
): Break[] {
  return removals(withoutTexts(base), withoutTexts(revision)).map((place) => ({
    what: `${place} removed-or-changed`,
    message: `${place} is not there any more, or says something else.`,
  }));
}

/**
 * Redocly (2.77) looks at a shared part only once when it compares documents, and reports it as removed from all other
 * places, so it gets the documents with each part written out.
 */
async function openApiBreaks(base: JsonObject, revision: JsonObject): Promise<Break[]> {
  const folder = await mkdtemp(join(tmpdir(), 'contracts-'));
  try {
    const paths = [join(folder, 'base.json'), join(folder, 'revision.json')] as const;
    await writeFile(paths[0], JSON.stringify(base));
    await writeFile(paths[1], JSON.stringify(revision));
    const outcome = await redocly('diff', ...paths, '--format=json', '--fail-on=none');
    if (!outcome.passed) throw new Error(outcome.stderr);
    const { changes } = JSON.parse(outcome.stdout) as { changes: Change[] };
    return changes.flatMap((change) =>
      ruledBreaks(change).concat(headerBreaks(change), requestBreaks(change)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ruledBreaks = ({ path, verdicts }: Change): Break[] =>
  verdicts
    .filter(({ impact }) => impact === 'major')
    .map(({ ruleId, message }) => ({ what: `${path} ${ruleId}`, message }));

/** Redocly (2.77) has no rule for a required response header that becomes optional. */
function headerBreaks({ path, typeName, property, base }: Change): Break[] {
  return typeName === 'Header' && property === 'required' && base?.value === true
    ? [{ what: `${path} header-no-longer-required`, message: 'The header may now be missing.' }]
    : [];
}

/** Redocly (2.77) finds it harmless that a request loses a property. Here unknown properties are a 400. */
function requestBreaks({ path, typeName, kind }: Change): Break[] {
  const isProperty = /\/requestBody\/.*\/properties\/[^/]+$/.test(path);
  return isProperty && typeName === 'Schema' && kind === 'removed'
    ? [{ what: `${path} request-property-removed`, message: 'The property is now a 400.' }]
    : [];
}

/** Reads the marks of a file. Throws when a mark is incomplete. */
export async function readMarks(path: string): Promise<Mark[]> {
  const marks = (parseYaml(await readFile(path, 'utf8')) ?? []) as unknown;
  if (!Array.isArray(marks)) throw new Error(`${path} is not a list`);
  for (const mark of marks as (Partial<Record<keyof Mark, unknown>> | null)[]) {
    const texts = [mark?.document, mark?.what, mark?.why, mark?.since];
    const complete = texts.every((text) => typeof text === 'string' && text !== '');
    if (!complete || !releasedNames.includes(mark?.document as ReleasedName))
      throw new Error(
        `${path}: each entry has document, what, why, since: ${JSON.stringify(mark)}`,
      );
  }
  return marks as Mark[];
}

/** The breaks that no mark allows and the marks that match no break, as lines for people. */
export function judge(
  name: ReleasedName,
  breaks: readonly Break[],
  marks: readonly Mark[],
): string[] {
  const ours = marks.filter(({ document }) => document === name);
  const unmarked = breaks.filter(({ what }) => !ours.some((mark) => mark.what === what));
  const unused = ours.filter(({ what }) => !breaks.some((found) => found.what === what));
  return [
    ...unmarked.map(({ what, message }) => `breaks clients: ${message}\n  what: ${what}`),
    ...unused.map(({ what }) => `marked, but there is no such break\n  what: ${what}`),
  ];
}
