// The history of the users that clients changed, and whether Identity and its log agree with it. A change whose answer
// was lost may have been applied or not; both are right.

/** One attempt of a change: the new name, or null for deleting the account. */
export interface Attempt {
  readonly name: string | null;
  acknowledged: boolean;
}

/** A user whose registration was acknowledged. */
export interface HistoryUser {
  readonly id: number;
  readonly token: string;
  /** In order; each attempt was made after the answer to the attempt before. */
  readonly attempts: Attempt[];
}

/** The history that all clients write to. */
export interface History {
  readonly users: HistoryUser[];
  /** Names of users whose registration was not answered. */
  readonly unanswered: Set<string>;
  /** Names that were freed by renames and deletions. */
  readonly free: string[];
  /** Number of requests by result. */
  readonly results: Map<string, number>;
  /** Answers that are wrong whichever process is killed. */
  readonly unexpected: string[];
}

export const newHistory = (): History => ({
  users: [],
  unanswered: new Set(),
  free: [],
  results: new Map(),
  unexpected: [],
});

/** A user's new name according to an event, or null when the user was deleted. */
export interface UserEvent {
  readonly userId: number;
  readonly name: string | null;
}

/** Applies all events. @returns names by id */
export function fold(events: readonly UserEvent[]): Map<number, string> {
  const users = new Map<number, string>();
  for (const { userId, name } of events)
    if (name === null) users.delete(userId);
    else users.set(userId, name);
  return users;
}

/** Returns the name of a user: null when the user is deleted, undefined when the last attempt was not acknowledged. */
export const certainName = ({ attempts }: HistoryUser): string | null | undefined =>
  attempts.at(-1)!.acknowledged ? attempts.at(-1)!.name : undefined;

/** Records that an attempt succeeded, and so that earlier deletions did not: a deleted user cannot change anything. */
export function acknowledge({ attempts }: HistoryUser, attempt: Attempt): void {
  const others = attempts.filter(
    (each) => each !== attempt && (each.acknowledged || each.name !== null),
  );
  attempts.splice(0, Infinity, ...others, Object.assign(attempt, { acknowledged: true }));
}

/**
 * Lists the users whose state contradicts the history, one line each.
 * @param isCompacted whether the log may lack events that newer ones supersede
 */
export function contradictions(
  { users: changed, unanswered }: History,
  users: ReadonlyMap<number, string>,
  events: readonly UserEvent[],
  isCompacted = false,
): string[] {
  const eventsById = Map.groupBy(events, ({ userId }) => userId);
  const known = new Set(changed.map(({ id }) => id));
  const unknown = new Set([...users.keys(), ...eventsById.keys()].filter((id) => !known.has(id)));
  return [
    ...changed.flatMap((user) => {
      const { id, attempts } = user;
      const log = eventsById.get(id) ?? [];
      const name = users.get(id) ?? null;
      if (agreesWithLog(user, log, isCompacted) && isPossible(user, name)) return [];
      const tried = attempts.map((each) => `${each.name}${each.acknowledged ? '' : '?'}`).join();
      return `user ${id} was changed to ${tried}, is ${name}; the log: ${namesIn(log)}`;
    }),
    ...[...unknown].flatMap((id) => {
      const log = eventsById.get(id) ?? [];
      const name = users.get(id);
      const isRight = name !== undefined && unanswered.has(name) && namesIn(log) === name;
      return isRight
        ? []
        : `user ${id} was not registered, but is ${name}; the log: ${namesIn(log)}`;
    }),
  ];
}

const namesIn = (events: readonly UserEvent[]): string => events.map(({ name }) => name).join();

/** Whether every acknowledged change has its event, in order, and every event its change. */
function agreesWithLog(
  { attempts }: HistoryUser,
  events: readonly UserEvent[],
  isCompacted: boolean,
): boolean {
  let next = 0;
  // A name with an unknown result is never tried again, so the first match is right; for deletions see acknowledge().
  for (const { name, acknowledged } of attempts)
    if (events[next]?.name === name) next += 1;
    else if (acknowledged && !isCompacted) return false;
  return next === events.length;
}

function isPossible({ attempts }: HistoryUser, name: string | null): boolean {
  const last = attempts.findLastIndex(({ acknowledged }) => acknowledged);
  return attempts.slice(last).some((attempt) => attempt.name === name);
}
