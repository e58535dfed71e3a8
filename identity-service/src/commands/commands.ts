// The commands of the terminal, by their names: `node src/main.ts NAME`.
import type { Command } from 'chassis/process/commands';
import { rotateKeys } from './rotate-keys.ts';
import { backfill, compact, republish } from './user-event-log.ts';

export const commands: Readonly<Record<string, Command>> = {
  'rotate-keys': rotateKeys,
  backfill,
  compact,
  republish,
};
