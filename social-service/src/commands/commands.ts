// The commands of the terminal, by their names: `node src/main.ts NAME`.
import type { Command } from 'chassis/process/commands';
import { deadLetters } from './dead-letters.ts';
import { rebuildAuthors } from './rebuild-authors.ts';
import { verifyAuthors } from './verify-authors.ts';

export const commands: Readonly<Record<string, Command>> = {
  'dead-letters': deadLetters,
  'rebuild-authors': rebuildAuthors,
  'verify-authors': verifyAuthors,
};
