// The advisory locks of this service's database, so that no two kinds of work share a number.

/** Held by one instance at a time. Numbers are arbitrary, and never change: a release before may hold the same lock. */
export const locks = {
  /** Writing the demo data. */
  demo: 7_301_001,
  /** Making a signing key. */
  signingKey: 7_301_002,
  /** Writing the user event log: taken by the trigger of migration 0003, before an offset is drawn. */
  append: 7_301_003,
  /** Work on the whole log: backfill and compaction. */
  wholeLog: 7_301_004,
  /** Publishing the log to a broker. */
  relay: 7_301_005,
} as const;
