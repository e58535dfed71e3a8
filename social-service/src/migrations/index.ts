// All migrations in order. Never change a released migration; add a new one.
import type { Migrations } from 'chassis/postgres/migrate';
import * as postsAndFriendships from './0001_posts_and_friendships.ts';
import * as writes from './0002_writes.ts';
import * as authors from './0003_authors.ts';
import * as completeReplicas from './0004_whole_copies.ts';
import * as epochs from './0005_epochs.ts';
import * as deletions from './0006_deletions.ts';
import * as epochOffset from './0007_epoch_offset.ts';
import * as edits from './0008_edits.ts';
import * as socialEvents from './0009_social_events.ts';
import * as unconfirmedRequests from './0010_unconfirmed_requests.ts';

export const migrations: Migrations = {
  '0001_posts_and_friendships': postsAndFriendships,
  '0002_writes': writes,
  '0003_authors': authors,
  '0004_whole_copies': completeReplicas,
  '0005_epochs': epochs,
  '0006_deletions': deletions,
  '0007_epoch_offset': epochOffset,
  '0008_edits': edits,
  '0009_social_events': socialEvents,
  '0010_unconfirmed_requests': unconfirmedRequests,
};
