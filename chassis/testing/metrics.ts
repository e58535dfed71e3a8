// Reading Prometheus' text format.

/** Returns the value of one series, such as `x{a="b"}`, its labels in any order; undefined when it is not there. */
export function seriesIn(text: string, series: string): number | undefined {
  const wanted = partsOf(series);
  for (const line of text.split('\n')) {
    const gap = line.lastIndexOf(' ');
    if (!line.startsWith('#') && partsOf(line.slice(0, gap)) === wanted)
      return Number(line.slice(gap));
  }
  return undefined;
}

const partsOf = (id: string): string => id.split(/[{},]/).filter(Boolean).toSorted().join();

/** Returns the value of one series of a service; NaN when it is not there. */
export async function metricOf(
  { adminUrl }: { readonly adminUrl: string },
  series: string,
): Promise<number> {
  const answer = await fetch(`${adminUrl}/metrics`);
  return seriesIn(await answer.text(), series) ?? NaN;
}
