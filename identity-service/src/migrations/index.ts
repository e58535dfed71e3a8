// All migrations in order. Never change a released migration; add a new one.
import type { Migrations } from 'chassis/postgres/migrate';
import * as users from './0001_users.ts';
import * as sessions from './0002_sessions.ts';
import * as log from './0003_log.ts';
import * as epochs from './0004_epochs.ts';
import * as devices from './0005_devices.ts';
import * as compaction from './0006_compaction.ts';
import * as endedSessions from './0007_ended_sessions.ts';

export const migrations: Migrations = {
  '0001_users': users,
  '0002_sessions': sessions,
  '0003_log': log,
  '0004_epochs': epochs,
  '0005_devices': devices,
  '0006_compaction': compaction,
  '0007_ended_sessions': endedSessions,
};
