// The published offset in the database. It is for compaction and for the metrics of instances that do not publish; the
// relay itself continues at the end of the stream (relay.ts).
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { STREAM } from './stream-settings.ts';

export interface PublishedOffset {
  /** The offset up to which the log is published; 0 if nothing was published. */
  read(): Promise<number>;
  write(offset: number): Promise<void>;
  /** Records that there is a relay, although it may not publish now. */
  seen(): Promise<void>;
}

export const publishedOffsetIn = (db: Kysely<Schema>): PublishedOffset => ({
  async read() {
    const row = await db
      .selectFrom('relays')
      .select('position')
      .where('stream', '=', STREAM)
      .executeTakeFirst();
    return row?.position ?? 0;
  },
  async write(offset) {
    await db
      .insertInto('relays')
      .values({ stream: STREAM, position: offset })
      .onConflict((conflict) => conflict.column('stream').doUpdateSet({ position: offset }))
      .execute();
  },
  async seen() {
    await sql`
      update relays set seen_at = now()
      where stream = ${STREAM} and seen_at < now() - interval '1 minute'`.execute(db);
  },
});
