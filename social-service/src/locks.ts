// Numbers of the PostgreSQL advisory locks in this service's database; no two tasks share a number.
// Idempotency keys use other locks, numbered by a hash of 64 bits.

/** The numbers are arbitrary, but must never change: an instance of an older release may hold the same lock. */
export const locks = {
  /** Inserting the demo data. */
  demo: 7_301_002,
  /** Appending to the social event log: the trigger of migration 0008 takes it before an offset is assigned. */
  append: 7_301_006,
} as const;
