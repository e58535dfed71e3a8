// A page for people: the breakers, live, with their switches. It needs nothing from elsewhere.
import type { Route } from 'chassis/app';

const POLICY =
  "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src data:";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gateway: breakers</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<h1>Gateway</h1>
<p id="line" role="status">connecting…</p>
<table>
<thead><tr><th>Breaker</th><th>State</th><th>Since</th><th>Attempts</th><th>Failures</th><th>Switch</th></tr></thead>
<tbody id="breakers"></tbody>
</table>
<p>“open” refuses every attempt, “close” lets every attempt through, “auto” lets the breaker decide.
The counts are those of the last 10 seconds.</p>
<p><a href="/metrics">metrics</a> · <a href="/readyz">readiness</a> · <a href="/breakers">breakers as JSON</a></p>
<script src="/page.js"></script>
</body>
</html>
`;

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ccc; }
.closed, .forced_closed { color: #17672d; } .half_open { color: #8a5a00; } .open, .forced_open { color: #b00020; font-weight: bold; }
button { margin-right: .3rem; }
`;

// Everything that comes from the server is set as text, never as markup.
const SCRIPT = `const rows = document.getElementById('breakers');
const line = document.getElementById('line');
const cell = (text) => { const td = document.createElement('td'); td.textContent = text; return td; };
function show({ breakers }) {
  rows.replaceChildren(...breakers.map((breaker) => {
    const tr = document.createElement('tr');
    const state = cell(breaker.state.replace('_', ' '));
    state.className = breaker.state;
    const switches = document.createElement('td');
    for (const mode of ['open', 'close', 'auto']) {
      const button = document.createElement('button');
      button.textContent = mode;
      button.onclick = () => fetch('/breakers/' + breaker.name + '/' + mode, { method: 'POST' });
      switches.append(button);
    }
    tr.append(cell(breaker.name), state, cell(new Date(breaker.since).toLocaleTimeString()),
      cell(breaker.window.attempts), cell(breaker.window.failures), switches);
    return tr;
  }));
}
const events = new EventSource('/breakers');
events.onopen = () => { line.textContent = 'live'; };
events.onerror = () => { line.textContent = 'the gateway does not answer; trying again…'; };
events.addEventListener('breakers', (event) => show(JSON.parse(event.data)));
`;

const file = (path: string, type: string, body: string): Route => ({
  method: 'get',
  path,
  handle: () => ({
    body,
    type: `${type}; charset=utf-8`,
    cache: 'no-store',
    headers: { 'Content-Security-Policy': POLICY },
  }),
});

export const pageRoutes = (): Route[] => [
  file('/', 'text/html', PAGE),
  file('/page.css', 'text/css', STYLE),
  file('/page.js', 'text/javascript', SCRIPT),
];
