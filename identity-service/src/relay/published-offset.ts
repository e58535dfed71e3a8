// How far the log is published, as the database has it: for those instances that do not publish, and for compaction.
// What is published next, the stream itself decides; see relay.ts.
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { STREAM } from './stream.ts';

export interface PublishedOffset {
  /** 0 when nothing was published ever. */
  read(): Promise<number>;
  write(position: number): Promise<void>;
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
  async write(position) {
    await db
      .insertInto('relays')
      .values({ stream: STREAM, position })
      .onConflict((conflict) => conflict.column('stream').doUpdateSet({ position }))
      .execute();
  },
});
