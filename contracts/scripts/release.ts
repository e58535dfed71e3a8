// `npm run release -w contracts`: releases each document that has changed, under its info.version. `npm run check` then lists
// the breaks that need a mark.
import { documentPath, folders } from './check.ts';
import { release, releasedNames } from './releases.ts';

for (const name of releasedNames) {
  const isNew = await release(name, documentPath(name, folders), folders.released);
  console.log(`${name}: ${isNew ? 'released' : 'nothing new'}`);
}
