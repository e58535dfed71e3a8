// What clients know of the users that they changed, and whether Identity and its log agree with that.
// A change whose answer was lost was made, or was not: both are right.

/** A change that was asked for: the new name, or null for leaving. */
export interface Attempt {
  readonly name: string | null;
  /** Whether it was acknowledged. */
  known: boolean;
}

/** Somebody whose registration was acknowledged. */
export interface Person {
  readonly id: number;
  readonly token: string;
  /** In the order in which they were made, each after the answer of the one before. */
  readonly attempts: Attempt[];
}

/** What all clients write into. */
export interface Ledger {
  readonly people: Person[];
  /** Names of those whose registration got no answer. */
  readonly lost: Set<string>;
  /** Names that nobody has any more. */
  readonly free: string[];
  /** How many requests had which answer. */
  readonly answers: Map<string, number>;
  /** Answers that should not be, whoever is killed. */
  readonly oddities: string[];
}

export const newLedger = (): Ledger => ({
  people: [],
  lost: new Set(),
  free: [],
  answers: new Map(),
  oddities: [],
});

/** What an event says: a name, or null for leaving. */
export interface Told {
  readonly userId: number;
  readonly name: string | null;
}

/** Users' names by their ids, as events tell of them from the beginning on. */
export function fold(events: readonly Told[]): Map<number, string> {
  const users = new Map<number, string>();
  for (const { userId, name } of events)
    if (name === null) users.delete(userId);
    else users.set(userId, name);
  return users;
}

/** The name that somebody has for certain; null when they have left, undefined when it is not known. */
export const certainName = ({ attempts }: Person): string | null | undefined =>
  attempts.at(-1)!.known ? attempts.at(-1)!.name : undefined;

/** It was made: earlier attempts to leave were not, for who has left can do nothing, and leaves once. */
export function acknowledge({ attempts }: Person, attempt: Attempt): void {
  const others = attempts.filter((one) => one !== attempt && (one.known || one.name !== null));
  attempts.splice(0, Infinity, ...others, Object.assign(attempt, { known: true }));
}

/** What is neither as acknowledged nor as asked for, one line each. */
export function contradictions(
  { people, lost }: Ledger,
  users: ReadonlyMap<number, string>,
  events: readonly Told[],
): string[] {
  const told = Map.groupBy(events, ({ userId }) => userId);
  const known = new Set(people.map(({ id }) => id));
  const strangers = new Set([...users.keys(), ...told.keys()].filter((id) => !known.has(id)));
  return [
    ...people.flatMap((person) => {
      const { id, attempts } = person;
      const log = told.get(id) ?? [];
      const name = users.get(id) ?? null;
      if (isInLog(person, log) && isPossible(person, name)) return [];
      const asked = attempts.map((one) => `${one.name}${one.known ? '' : '?'}`).join();
      return `${id} was asked to become ${asked}, is ${name}; the log: ${namesIn(log)}`;
    }),
    ...[...strangers].flatMap((id) => {
      const log = told.get(id) ?? [];
      const name = users.get(id);
      const isWell = name !== undefined && lost.has(name) && namesIn(log) === name;
      return isWell ? [] : `nobody registered ${id}, who is ${name}; the log: ${namesIn(log)}`;
    }),
  ];
}

const namesIn = (events: readonly Told[]): string => events.map(({ name }) => name).join();

/** Every acknowledged change has its event, in this order, and every event its change. */
function isInLog({ attempts }: Person, events: readonly Told[]): boolean {
  let at = 0;
  // A name whose fate is not known is never asked for again, so the first match is the right one; see acknowledge() for leaving.
  for (const { name, known } of attempts)
    if (events[at]?.name === name) at += 1;
    else if (known) return false;
  return at === events.length;
}

function isPossible({ attempts }: Person, name: string | null): boolean {
  const last = attempts.findLastIndex(({ known }) => known);
  return attempts.slice(last).some((attempt) => attempt.name === name);
}
