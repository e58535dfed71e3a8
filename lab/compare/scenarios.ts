// Runs the scenarios one after the other: disturbs the system, and sends requests meanwhile.
import { load, poolOf, requestPosts, watch, type Gateway, type Pool } from './client.ts';
import {
  emptyTallies,
  figuresOf,
  shownAfter,
  type Figures,
  type Observation,
  type Tally,
} from './figures.ts';
import { SIZES, type Plan, type Scenario, type Size } from './plan.ts';
import type { System } from './system.ts';
import type { Author } from './users.ts';

export type Results = Readonly<Record<Scenario, readonly Figures[]>>;

const PAGE = 100;
const SLOW_MS = 200;
/** How long one size is requested before the next one, while the clients wait for a new name. */
const TURN_MS = 120;
/** How long a new name may take to show once nothing hinders it. */
const SHOW_LIMIT_MS = 15_000;

/** Requests each post once, so that the gateways have all authors in their caches. */
async function warmCaches(gateways: readonly Gateway[], pool: Pool): Promise<void> {
  for (const gateway of gateways)
    for (let from = 0; from < pool.length; from += PAGE) {
      const page = pool.slice(from, from + PAGE);
      await requestPosts(gateway, page, page.length);
    }
}

/** Measures all cells in turns, so that a slow moment of the machine affects all of them. */
async function inTurns(
  gateways: readonly Gateway[],
  groups: readonly { pool: Pool; tallies: readonly Tally[] }[],
  rounds: number,
  sliceMs: number,
): Promise<void> {
  const byStrategy = new Map(gateways.map((gateway) => [gateway.strategy, gateway]));
  const turns = groups.flatMap(({ pool, tallies }) => tallies.map((tally) => ({ pool, tally })));
  for (let round = 0; round < rounds; round += 1)
    for (const { pool, tally } of turns)
      await load(byStrategy.get(tally.strategy)!, pool, tally, sliceMs);
}

/** Requests the posts of an author who was renamed at `since`, from all gateways, until the new name shows. */
async function untilShown(
  gateways: readonly Gateway[],
  author: Author,
  tallies: readonly Tally[],
  { since, countMs, after }: { since: number; countMs: number; after?: () => Promise<void> },
): Promise<void> {
  const sizes = [...new Set(tallies.map(({ size }) => size))];
  const observations = new Map<Tally, Observation[]>(tallies.map((tally) => [tally, []]));
  /** @returns whether all answers had the new name */
  const turn = async (size: Size, counts: boolean): Promise<boolean> => {
    const endsAt = performance.now() + TURN_MS;
    const ends = (): boolean => performance.now() > endsAt;
    const all = tallies
      .filter((tally) => tally.size === size)
      .map(async (tally) => {
        const gateway = gateways.find(({ strategy }) => strategy === tally.strategy)!;
        const seen = await watch(gateway, author, size, ends, counts ? tally : undefined);
        observations.get(tally)!.push(...seen);
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
  for (const tally of tallies) tally.shown.push(shownAfter(observations.get(tally)!, since));
}

export async function runScenarios(
  plan: Plan,
  { defaults, uncached, toIdentity, toLog, users }: System,
  progress: (line: string) => void,
): Promise<Results> {
  const cells = { well: emptyTallies(), cold: emptyTallies(), slow: emptyTallies() };
  const down = { seen: emptyTallies(), unseen: emptyTallies() };
  const changed = { rename: emptyTallies(), stopped: emptyTallies() };
  const { rounds, sliceMs } = plan;

  progress('creating users and posts');
  const authors = await users.registerAll(plan.users, plan.postsEach);
  await users.untilReplicated(authors);
  const half = authors.length / 2;
  const seen = poolOf(authors.slice(0, half));
  const unseen = poolOf(authors.slice(half));

  progress('all well');
  await warmCaches(defaults, seen);
  await inTurns(defaults, [{ pool: seen, tallies: cells.well }], rounds, sliceMs);

  progress('all well, nothing cached');
  const everything = [...seen, ...unseen];
  await warmCaches(uncached, everything);
  await inTurns(uncached, [{ pool: everything, tallies: cells.cold }], rounds, sliceMs);

  progress('Identity slow');
  toIdentity.delay(SLOW_MS, 'server');
  await inTurns(uncached, [{ pool: everything, tallies: cells.slow }], rounds, sliceMs);
  toIdentity.delay(0, 'server');

  progress('a rename');
  const renamed = await users.register(PAGE);
  await users.untilReplicated([renamed]);
  await warmCaches(defaults, poolOf([renamed]));
  for (const size of SIZES)
    for (let time = 1; time <= plan.renames; time += 1) {
      await users.rename(renamed, `renamed_${size}_${time}`);
      const tallies = changed.rename.filter((tally) => tally.size === size);
      const since = performance.now();
      await untilShown(defaults, renamed, tallies, { since, countMs: plan.renameMs });
    }

  progress('Social’s consumer stopped');
  const late = await users.register(PAGE);
  await users.untilReplicated([late]);
  await warmCaches(defaults, poolOf([late]));
  await toLog.close();
  await users.rename(late, 'renamed_late');
  const since = performance.now();
  await untilShown(defaults, late, changed.stopped, {
    since,
    countMs: plan.stoppedMs,
    after: () => toLog.reopen(),
  });

  progress('Identity down');
  await warmCaches(defaults, seen);
  await toIdentity.close();
  const groups = [
    { pool: seen, tallies: down.seen },
    { pool: unseen, tallies: down.unseen },
  ];
  const turns = rounds * groups.length * down.seen.length;
  await inTurns(defaults, groups, rounds, plan.downMs / turns);

  const tallies = { ...cells, ...down, ...changed };
  const figures = Object.entries(tallies).map(([name, all]) => [name, all.map(figuresOf)]);
  return Object.fromEntries(figures) as Results;
}
