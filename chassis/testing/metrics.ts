// Reads metrics in the text format of Prometheus.

/** Returns the value of a series such as `x{a="b"}`, its labels in any order; undefined when it is missing. */
export function seriesIn(text: string, series: string): number | undefined {
  const wanted = canonical(series);
  for (const line of text.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (!line.startsWith('#') && canonical(line.slice(0, space)) === wanted)
      return Number(line.slice(space));
  }
  return undefined;
}

/** Returns a series with its labels sorted. */
const canonical = (series: string): string =>
  series.split(/[{},]/).filter(Boolean).toSorted().join();

/** Returns the value of a series of a service; NaN when it is missing. */
export async function metricOf(
  { adminUrl }: { readonly adminUrl: string },
  series: string,
): Promise<number> {
  const answer = await fetch(`${adminUrl}/metrics`);
  return seriesIn(await answer.text(), series) ?? NaN;
}
