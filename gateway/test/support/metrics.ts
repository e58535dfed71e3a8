// Reading Prometheus' text format.

const parts = (id: string) => id.split(/[{},]/).filter(Boolean).toSorted().join();

/** One series' value; its labels may stand in any order. undefined when it is not there. */
export function seriesIn(text: string, series: string): number | undefined {
  const wanted = parts(series);
  for (const line of text.split('\n')) {
    const gap = line.lastIndexOf(' ');
    if (!line.startsWith('#') && parts(line.slice(0, gap)) === wanted)
      return Number(line.slice(gap));
  }
  return undefined;
}
