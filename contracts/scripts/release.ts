// `npm run release -w contracts`: makes the current documents the base that later changes are compared with.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentNames } from '../src/document.ts';
import { folders } from './check.ts';
import type { Folders } from './check.ts';

const noMarks = `# Intended breaking changes since the last release; README.md says how to add a mark.
[]
`;

/** Copies the current documents to the released ones and removes all marks. */
export async function release({ openapi, released, marks }: Folders): Promise<void> {
  await mkdir(released, { recursive: true });
  for (const name of documentNames)
    await copyFile(join(openapi, `${name}.yaml`), join(released, `${name}.yaml`));
  await writeFile(marks, noMarks);
}

if (import.meta.main) await release(folders);
