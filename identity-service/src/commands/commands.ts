// The commands that a person gives in a terminal, by the word after main.ts.
import type { Command } from 'chassis/process/commands';
import { rotateKeys } from './rotate-keys.ts';
import { backfill, compact } from './user-event-log.ts';

export const commands: Readonly<Record<string, Command>> = {
  'rotate-keys': rotateKeys,
  backfill,
  compact,
};
