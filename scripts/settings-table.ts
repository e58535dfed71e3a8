// The settings tables of docs/settings.md, generated from the schemas. `npm run settings` writes them; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metaOf } from 'chassis/settings/settings';
import { settings as gateway } from '../gateway/src/config.ts';
import { settings as identity } from '../identity-service/src/config.ts';
import { settings as social } from '../social-service/src/config.ts';

export const settingsPage = join(import.meta.dirname, '../docs/settings.md');

const schemas = { gateway, 'identity-service': identity, 'social-service': social };

/** Returns a table in Markdown. */
function tableOf(schema: (typeof schemas)[keyof typeof schemas]): string {
  const rows = Object.entries(schema.shape).map(([name, setting]) => {
    const { fallback, expected, about } = metaOf(setting);
    return `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${about} | ${expected} |`;
  });
  return [
    '| setting | default | what it is for | expected |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Replaces the text between each pair of markers with that schema's table. @throws Error when a marker is missing */
export function withTables(text: string): string {
  return Object.entries(schemas).reduce((result, [name, schema]) => {
    const [start, end] = [`<!-- settings of ${name} -->`, `<!-- end of settings of ${name} -->`];
    const [from, to] = [result.indexOf(start), result.indexOf(end)];
    if (from === -1 || to === -1)
      throw new Error(`docs/settings.md has no markers for the settings of ${name}`);
    return `${result.slice(0, from + start.length)}\n\n${tableOf(schema)}\n\n${result.slice(to)}`;
  }, text);
}

if (import.meta.main) writeFileSync(settingsPage, withTables(readFileSync(settingsPage, 'utf8')));
