// The scenarios, one after the other: what is disturbed, and what is asked meanwhile.
import { ask, load, poolOf, watch, type Gateway, type Pool } from './client.ts';
import {
  emptyTallies,
  figuresOf,
  shownAfter,
  type Figures,
  type Look,
  type Tally,
} from './figures.ts';
import { SIZES, type Plan, type Scenario, type Size } from './plan.ts';
import type { System } from './system.ts';
import type { Author } from './users.ts';

export type Results = Readonly<Record<Scenario, readonly Figures[]>>;

const PAGE = 100;
const SLOW_MS = 200;
/** How long one size is asked for before it is the next one's turn, while several watch for one new name. */
const TURN_MS = 120;
/** The most that a new name may take from when nothing is in its way. */
const SHOW_LIMIT_MS = 15_000;

/** Asks for each post once, so that the gateway knows all of their authors. */
async function acquaint(gateways: readonly Gateway[], pool: Pool): Promise<void> {
  for (const gateway of gateways)
    for (let from = 0; from < pool.length; from += PAGE) {
      const page = pool.slice(from, from + PAGE);
      await ask(gateway, page, page.length);
    }
}

/** All cells in turns, so that what slows the machine for a while slows all of them. */
async function inTurns(
  gateways: readonly Gateway[],
  lanes: readonly { pool: Pool; tallies: readonly Tally[] }[],
  rounds: number,
  sliceMs: number,
): Promise<void> {
  const byStrategy = new Map(gateways.map((gateway) => [gateway.strategy, gateway]));
  const turns = lanes.flatMap(({ pool, tallies }) => tallies.map((tally) => ({ pool, tally })));
  for (let round = 0; round < rounds; round += 1)
    for (const { pool, tally } of turns)
      await load(byStrategy.get(tally.strategy)!, pool, tally, sliceMs);
}

/** Everybody watches one author, whose name was changed at `since`. */
async function untilShown(
  gateways: readonly Gateway[],
  author: Author,
  tallies: readonly Tally[],
  { since, countMs, after }: { since: number; countMs: number; after?: () => Promise<void> },
): Promise<void> {
  const sizes = [...new Set(tallies.map(({ size }) => size))];
  const looks = new Map<Tally, Look[]>(tallies.map((tally) => [tally, []]));
  const turn = async (size: Size, counts: boolean): Promise<boolean> => {
    const endsAt = performance.now() + TURN_MS;
    const ends = (): boolean => performance.now() > endsAt;
    const all = tallies
      .filter((tally) => tally.size === size)
      .map(async (tally) => {
        const gateway = gateways.find(({ strategy }) => strategy === tally.strategy)!;
        const seen = await watch(gateway, author, size, ends, counts ? tally : undefined);
        looks.get(tally)!.push(...seen);
        return seen.every(({ old }) => !old);
      });
    return (await Promise.all(all)).every(Boolean);
  };

  while (performance.now() < since + countMs) for (const size of sizes) await turn(size, true);
  await after?.();
  const limit = performance.now() + SHOW_LIMIT_MS;
  for (let shown = false; !shown && performance.now() < limit;) {
    shown = true;
    for (const size of sizes) shown = (await turn(size, false)) && shown;
  }
  for (const tally of tallies) tally.shown.push(shownAfter(looks.get(tally)!, since));
}

export async function runScenarios(
  plan: Plan,
  { usual, forgetful, toIdentity, toLog, users }: System,
  progress: (line: string) => void,
): Promise<Results> {
  const cells = { well: emptyTallies(), cold: emptyTallies(), slow: emptyTallies() };
  const down = { seen: emptyTallies(), unseen: emptyTallies() };
  const changed = { rename: emptyTallies(), stopped: emptyTallies() };
  const { rounds, sliceMs } = plan;

  progress('making people and posts');
  const people = await users.registerAll(plan.users, plan.postsEach);
  await users.untilReplicated(people);
  const half = people.length / 2;
  const seen = poolOf(people.slice(0, half));
  const unseen = poolOf(people.slice(half));

  progress('all well');
  await acquaint(usual, seen);
  await inTurns(usual, [{ pool: seen, tallies: cells.well }], rounds, sliceMs);

  progress('all well, nothing remembered');
  const everything = [...seen, ...unseen];
  await acquaint(forgetful, everything);
  await inTurns(forgetful, [{ pool: everything, tallies: cells.cold }], rounds, sliceMs);

  progress('Identity slow');
  toIdentity.delay(SLOW_MS, 'server');
  await inTurns(forgetful, [{ pool: everything, tallies: cells.slow }], rounds, sliceMs);
  toIdentity.delay(0, 'server');

  progress('a rename');
  const renamed = await users.register(PAGE);
  await users.untilReplicated([renamed]);
  await acquaint(usual, poolOf([renamed]));
  for (const size of SIZES)
    for (let time = 1; time <= plan.renames; time += 1) {
      await users.rename(renamed, `renamed_${size}_${time}`);
      const tallies = changed.rename.filter((tally) => tally.size === size);
      const since = performance.now();
      await untilShown(usual, renamed, tallies, { since, countMs: plan.renameMs });
    }

  progress('Social’s consumer stopped');
  const unheard = await users.register(PAGE);
  await users.untilReplicated([unheard]);
  await acquaint(usual, poolOf([unheard]));
  await toLog.close();
  await users.rename(unheard, 'renamed_unheard');
  const since = performance.now();
  await untilShown(usual, unheard, changed.stopped, {
    since,
    countMs: plan.stoppedMs,
    after: () => toLog.reopen(),
  });

  progress('Identity down');
  await acquaint(usual, seen);
  await toIdentity.close();
  const lanes = [
    { pool: seen, tallies: down.seen },
    { pool: unseen, tallies: down.unseen },
  ];
  const turns = rounds * lanes.length * down.seen.length;
  await inTurns(usual, lanes, rounds, plan.downMs / turns);

  const tallies = { ...cells, ...down, ...changed };
  const figures = Object.entries(tallies).map(([name, all]) => [name, all.map(figuresOf)]);
  return Object.fromEntries(figures) as Results;
}
