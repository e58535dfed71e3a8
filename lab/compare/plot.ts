// Bar charts as SVG, in a few lines of plain code. Pure. The chart has its own background, light or dark like the reader's
// system.

export interface Bars {
  readonly title: string;
  /** From top to bottom; each group has a value for each series. */
  readonly groups: readonly { readonly label: string; readonly values: readonly number[] }[];
  readonly series: readonly string[];
  /** Formats the text at the end of a bar. */
  readonly text: (value: number) => string;
  /** Whether the scale is logarithmic, from 1; smaller values count as 1. */
  readonly log?: boolean;
}

const WIDTH = 790;
const LABEL_WIDTH = 300;
const VALUE_WIDTH = 90;
const BAR = 14;
const SPACING = 14;
const TOP = 64;

const STYLE = `
  .ground { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 }
  .s0 { fill: #c2590b } .s1 { fill: #2563c9 } .s2 { fill: #1a7f4b }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .s0 { fill: #f0883e } .s1 { fill: #6ca8ff } .s2 { fill: #4ac27d }
  }`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Returns the length of a bar, from 0 to 1; 1 for Infinity. */
export function lengthOf(value: number, largest: number, log: boolean): number {
  if (value >= largest) return 1;
  if (!log) return value / largest;
  return Math.log10(Math.max(1, value)) / Math.log10(Math.max(10, largest));
}

/** Draws a chart. */
export function bars({ title, groups, series, text, log = false }: Bars): string {
  const values = groups.flatMap((group) => group.values).filter(Number.isFinite);
  const largest = Math.max(Number.MIN_VALUE, ...values);
  const step = series.length * BAR + SPACING;
  const height = TOP + groups.length * step;
  const legend = series.map((name, at) => {
    const x = LABEL_WIDTH + at * 110;
    return `<rect class="s${at}" x="${x}" y="38" width="10" height="10"/><text x="${x + 15}" y="47">${escape(name)}</text>`;
  });
  const drawn = groups.flatMap(({ label, values: groupValues }, index) => {
    const y = TOP + index * step;
    const middle = y + (series.length * BAR) / 2 + 4;
    return [
      `<text x="${LABEL_WIDTH - 10}" y="${middle}" text-anchor="end">${escape(label)}</text>`,
      ...groupValues.map((value, at) => {
        const width = Math.max(
          1,
          (WIDTH - LABEL_WIDTH - VALUE_WIDTH) * lengthOf(value, largest, log),
        );
        const top = y + at * BAR;
        return `<rect class="s${at}" x="${LABEL_WIDTH}" y="${top}" width="${width.toFixed(1)}" height="${BAR - 2}"/><text x="${(LABEL_WIDTH + width + 5).toFixed(1)}" y="${top + 10}">${escape(text(value))}</text>`;
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title).replaceAll('"', '&quot;')}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="16" y="24">${escape(title)}</text>`,
    ...legend,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
