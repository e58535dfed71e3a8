// The advisory locks of this service's database, so that no two kinds of work share a number.
// Idempotency keys take locks of their own, by a hash of 64 bits.

/** Held by one instance at a time. Numbers are arbitrary, and never change: a release before may hold the same lock. */
export const locks = {
  /** Writing the demo data. */
  demo: 7_301_002,
} as const;
