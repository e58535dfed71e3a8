// A page for people: the breakers, live, with their switches. It needs nothing from elsewhere.
import type { Route } from 'chassis/http/app';

// Nobody may frame it either: a click on a switch must be meant.
const POLICY =
  "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
<header><h1>Gateway</h1><p id="line" role="status">connecting…</p></header>
<main id="breakers"></main>
<noscript><p>This page needs JavaScript. <a href="/breakers">The breakers as JSON</a> do not.</p></noscript>
<p><b>auto</b> lets the breaker decide; <b>open</b> refuses every attempt, <b>close</b> lets every
attempt through, whatever fails, until somebody says “auto”.</p>
<p><a href="/metrics">Metrics</a> · <a href="/readyz">Readiness</a> · <a href="/breakers">Breakers as JSON</a></p>
<template id="breaker">
<section>
<h2></h2>
<p class="state"></p>
<p class="since"></p>
<dl>
<div><dt>attempts</dt><dd class="attempts"></dd></div>
<div><dt>failures</dt><dd class="failures"></dd></div>
</dl>
<p class="rule"></p>
<div class="switches" role="group">
<button type="button" value="auto">auto</button>
<button type="button" value="open">open</button>
<button type="button" value="close">close</button>
</div>
</section>
</template>
<script src="/page.js"></script>
</body>
</html>
`;

const STYLE = `:root { color-scheme: light dark; --good: #17672d; --fair: #8a5a00; --bad: #b00020; --line: #8886; }
@media (prefers-color-scheme: dark) { :root { --good: #6fd08c; --fair: #f0b64a; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; margin: 1rem 0 2rem; }
section { border: 1px solid var(--line); border-left: .4rem solid var(--colour); border-radius: .4rem; padding: 1rem; }
section p, dl { margin: 0 0 .8rem; }
h1, h2 { margin: 0; } h2 { font-size: 1.1rem; }
.closed { --colour: var(--good); } .half_open, .forced_closed { --colour: var(--fair); } .open, .forced_open { --colour: var(--bad); }
section .state { color: var(--colour); font-size: 1.6rem; font-weight: bold; margin: 0; }
dl { display: flex; gap: 2rem; } dt, .since, .rule { font-size: .9rem; opacity: .8; } dd { margin: 0; font-size: 1.3rem; }
button { font: inherit; padding: .2rem .9rem; } button[aria-pressed=true] { font-weight: bold; outline: 2px solid var(--colour); }
.lost main { opacity: .4; }
`;

// Everything that comes from the server is set as text, never as markup. A card is made once and then only filled anew:
// what a reader is about to click, or has the focus on, stays where it is.
const SCRIPT = `const line = document.getElementById('line');
const cards = new Map();
const MODES = { forced_open: 'open', forced_closed: 'close' };
function say(text, lost) {
  line.textContent = text;
  document.body.classList.toggle('lost', lost);
}
async function force(name, mode) {
  try {
    const answer = await fetch('/breakers/' + name + '/' + mode, { method: 'POST' });
    if (!answer.ok) say('refused: ' + (await answer.json()).detail, false);
  } catch {
    say('the gateway does not answer', true);
  }
}
function makeCard(name) {
  const card = document.getElementById('breaker').content.firstElementChild.cloneNode(true);
  card.querySelector('h2').textContent = name;
  card.querySelector('.switches').setAttribute('aria-label', 'switch of ' + name);
  for (const button of card.querySelectorAll('button')) button.onclick = () => force(name, button.value);
  document.getElementById('breakers').append(card);
  cards.set(name, card);
  return card;
}
function fill({ name, state, since, window: counts, settings }) {
  const card = cards.get(name) ?? makeCard(name);
  const set = (selector, text) => { card.querySelector(selector).textContent = text; };
  card.className = state;
  set('.state', state.replace('_', ' '));
  set('.since', 'since ' + new Date(since).toLocaleString());
  set('.attempts', counts.attempts);
  set('.failures', counts.failures);
  set('.rule', 'opens at ' + settings.errorPercent + ' % of at least ' + settings.volume + ' attempts in '
    + settings.windowMs / 1000 + ' s; tries again after ' + settings.resetMs / 1000 + ' s');
  for (const button of card.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.value === (MODES[state] ?? 'auto')));
}
const events = new EventSource('/breakers');
events.onopen = () => say('live', false);
events.onerror = () => say('the gateway does not answer; trying again…', true);
events.addEventListener('breakers', (event) => JSON.parse(event.data).breakers.forEach(fill));
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
