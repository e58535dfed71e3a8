// Numbers of the PostgreSQL advisory locks in this service's database; no two tasks share a number.

/** The numbers are arbitrary, but must never change: an instance of an older release may hold the same lock. */
export const locks = {
  /** Inserting the demo data. */
  demo: 7_301_001,
  /** Creating a signing key. */
  signingKey: 7_301_002,
  /** Appending to the user event log: the trigger of migration 0003 takes it before an offset is assigned. */
  append: 7_301_003,
  /** Backfill and compaction of the user event log. */
  wholeLog: 7_301_004,
  /** Publishing the user event log to NATS. */
  relay: 7_301_005,
  /** Recording sessions that ended: the trigger of migration 0007 takes it before an offset is assigned. */
  endedSessions: 7_301_006,
} as const;
