// Draws the last ten minutes: a small chart for each question. All charts are made once, then get new data.
const COLOURS = ['#2f6fde', '#d9822b', '#2e8b57', '#b00020'];
const percent = (value) => (value === null ? '–' : (value * 100).toFixed(1) + ' %');
const milliseconds = (value) => (value === null ? '–' : (value * 1000).toFixed(0) + ' ms');
const number = (value) => (value === null ? '–' : String(value));
const CHARTS = ['identity', 'social']
  .flatMap((upstream) => [
    {
      title: upstream + ': failed attempts',
      format: percent,
      series: { failed: upstream + '.errors' },
    },
    {
      title: upstream + ': duration of attempts',
      format: milliseconds,
      series: { p50: upstream + '.p50', p99: upstream + '.p99' },
    },
    {
      title: upstream + ': permits and retry budget',
      format: number,
      series: {
        'in use': upstream + '.used',
        waiting: upstream + '.waiting',
        retries: upstream + '.budget',
      },
    },
  ])
  .concat([
    {
      title: 'requests per second',
      format: number,
      series: { served: 'requests', shed: 'shed', 'in flight': 'inFlight' },
    },
    {
      title: 'degraded answers per second',
      format: number,
      series: { stale: 'degraded.stale', missing: 'degraded.missing', replica: 'degraded.replica' },
    },
    {
      title: 'cache lookups per second',
      format: number,
      series: { hit: 'cache.hit', stale: 'cache.stale', miss: 'cache.miss' },
    },
    { title: 'seconds behind the user event log', format: number, series: { lag: 'lag' } },
  ]);

const HEIGHT = 140;
const drawn = [];
const widthOf = (element) => Math.max(200, element.clientWidth);
const dataOf = ({ series }, columns) => [
  columns.at,
  ...Object.values(series).map((name) => columns.series[name] ?? columns.at.map(() => null)),
];
function createChart(chart, columns) {
  const place = document.createElement('figure');
  const title = document.createElement('figcaption');
  title.textContent = chart.title;
  place.append(title);
  document.getElementById('charts').append(place);
  const axis = { stroke: '#888', grid: { stroke: '#8883' }, ticks: { show: false } };
  const options = {
    width: widthOf(place),
    height: HEIGHT,
    cursor: { y: false },
    axes: [axis, { ...axis, size: 60, values: (_, ticks) => ticks.map(chart.format) }],
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
    series: [
      {},
      ...Object.keys(chart.series).map((label, i) => ({
        label,
        stroke: COLOURS[i],
        width: 2,
        value: (_, value) => chart.format(value ?? null),
      })),
    ],
  };
  return { chart, place, plot: new uPlot(options, dataOf(chart, columns), place) };
}
new EventSource('/history').addEventListener('history', (event) => {
  const columns = JSON.parse(event.data);
  if (drawn.length === 0) {
    drawn.push(...CHARTS.map((chart) => createChart(chart, columns)));
    // The first chart had the whole row to itself.
    fit();
  }
  for (const { chart, plot } of drawn) plot.setData(dataOf(chart, columns));
});
function fit() {
  for (const { plot, place } of drawn) plot.setSize({ width: widthOf(place), height: HEIGHT });
}
addEventListener('resize', fit);
