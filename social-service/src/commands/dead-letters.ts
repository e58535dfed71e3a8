// `npm run dead-letters -- list`, `show ID`, `replay ID`, `replay all` and `discard ID`: dead letters of the running service.
import { type AdminAddress, requestAdmin } from 'chassis/admin/client';
import { StartupError } from 'chassis/base/startup-error';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { settings } from '../config.ts';
import type { StoredDeadLetter } from '../replica/dead-letters.ts';
import type { Replayed, ReplayOutcome } from '../replica/replay.ts';

const USAGE =
  'Usage: npm run dead-letters -w social-service -- list | show ID | replay ID | replay all | discard ID';
const PATH = '/authors/broken';

type Items<T> = { readonly items: readonly T[] };
type Say = (line: string) => void;

/** Exit code 1 if a replayed dead letter still breaks the contract. @throws StartupError also for a wrong argument */
export const deadLetters: Command = async (env, say, args) => {
  const [action = 'list', argument] = args;
  const target = readSettings(settings, env);
  if (action === 'list' && argument === undefined) return list(target, say);
  if (action === 'replay' && argument === 'all') return replay(target, say, `${PATH}/replay`);
  if (!['show', 'replay', 'discard'].includes(action) || !/^\d{1,15}$/.test(argument ?? ''))
    throw new StartupError(USAGE);
  const path = `${PATH}/${argument}`;
  if (action === 'replay') return replay(target, say, `${path}/replay`);
  if (action === 'show') {
    const letter = (await requestAdmin(target, 'GET', path)) as StoredDeadLetter;
    say(describe(letter));
    say(letter.event);
  } else {
    await requestAdmin(target, 'POST', `${path}/discard`);
    say(`Discarded the dead letter ${argument}.`);
  }
  return 0;
};

async function list(target: AdminAddress, say: Say): Promise<number> {
  const { items } = (await requestAdmin(target, 'GET', PATH)) as Items<StoredDeadLetter>;
  for (const letter of items) say(describe(letter));
  say(items.length === 0 ? 'There are no dead letters.' : `The newest ${items.length}.`);
  return 0;
}

async function replay(target: AdminAddress, say: Say, path: string): Promise<number> {
  const { items } = (await requestAdmin(target, 'POST', path)) as Items<Replayed>;
  for (const { id, outcome, reason } of items)
    say(`Dead letter ${id} ${meaning[outcome]}${reason === undefined ? '' : ` (${reason})`}.`);
  if (items.length === 0) say('There are no dead letters.');
  return items.some(({ outcome }) => outcome === 'invalid') ? 1 : 0;
}

const meaning: Readonly<Record<ReplayOutcome, string>> = {
  applied: 'is applied',
  superseded: 'is not needed any more: Identity has a newer state of the user',
  skipped: 'is of a type that this release skips',
  invalid: 'still breaks the contract, and is kept',
};

const describe = ({ id, position, reason, keptAt }: StoredDeadLetter): string =>
  `${id}: ${position === null ? 'without an offset' : `offset ${position}`}, since ${String(keptAt)}: wrong ${reason}`;
