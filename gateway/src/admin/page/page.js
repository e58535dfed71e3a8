// Shows the breakers live, and switches them. Everything from the server is set as text, never as markup. A card is created
// once and then updated, so that the button that a reader is about to click stays in its place and keeps the focus.
const byId = (id) => document.getElementById(id);
const cards = new Map();
const MODES = { forced_open: 'open', forced_closed: 'close' };
/** The gateway's clock minus this one, in milliseconds. */
let clockAhead = 0;
let breakers = [];

function showStatus(text, lost) {
  byId('line').textContent = text;
  document.body.classList.toggle('lost', lost);
}
async function force(name, mode, reason) {
  try {
    const path = '/breakers/' + name + '/' + mode + '?reason=' + encodeURIComponent(reason);
    const response = await fetch(path, { method: 'POST' });
    if (!response.ok) showStatus('rejected: ' + (await response.json()).detail, false);
  } catch {
    showStatus('the gateway does not answer', true);
  }
}

let switchTo = () => {};
function askFor(name, mode) {
  byId('question').textContent = 'Switch ' + name + ' to ' + mode + '?';
  byId('reason').value = '';
  byId('do').disabled = true;
  switchTo = () => {
    byId('ask').close();
    void force(name, mode, byId('reason').value.trim());
  };
  byId('ask').showModal();
}
const hasReason = () => byId('reason').value.trim() !== '';
byId('reason').addEventListener('input', () => (byId('do').disabled = !hasReason()));
byId('reason').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && hasReason()) switchTo();
});
byId('do').addEventListener('click', () => switchTo());
byId('cancel').addEventListener('click', () => byId('ask').close());

function createCard(name) {
  const card = byId('breaker').content.firstElementChild.cloneNode(true);
  card.querySelector('h2').textContent = name;
  card.querySelector('.switches').setAttribute('aria-label', 'mode of ' + name);
  for (const button of card.querySelectorAll('button'))
    button.addEventListener('click', () => askFor(name, button.value));
  byId('breakers').append(card);
  cards.set(name, card);
  return card;
}
const local = (time) => new Date(time).toLocaleString();
function probeText({ state, probeAt }) {
  if (state === 'half_open') return 'a probe is on its way';
  if (state !== 'open' || probeAt === undefined) return '';
  const seconds = Math.ceil((Date.parse(probeAt) - Date.now() - clockAhead) / 1000);
  return seconds > 0 ? 'next probe in ' + seconds + ' s' : 'the next request is a probe';
}
function updateCard(breaker) {
  const { name, state, since, window: counts, settings, probes } = breaker;
  const card = cards.get(name) ?? createCard(name);
  const set = (selector, text) => {
    card.querySelector(selector).textContent = text;
  };
  const isProbing = state === 'open' || state === 'half_open';
  card.className = state;
  set('.state', state.replace('_', ' '));
  set('.since', 'since ' + local(since));
  set('.what', isProbing ? 'probes since it opened' : 'attempts');
  set('.attempts', isProbing ? probes : counts.attempts);
  set('.failures', isProbing ? probes - (state === 'half_open' ? 1 : 0) : counts.failures);
  set('.probe', probeText(breaker));
  set(
    '.last',
    breaker.lastFailure
      ? 'last failure: ' + breaker.lastFailure + ', ' + local(breaker.lastFailureAt)
      : '',
  );
  set(
    '.rule',
    'opens at ' +
      settings.errorPercent +
      ' % of at least ' +
      settings.volume +
      ' attempts in ' +
      settings.windowMs / 1000 +
      ' s; tries again after ' +
      settings.resetMs / 1000 +
      ' s',
  );
  for (const button of card.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.value === (MODES[state] ?? 'auto')));
}
function showTimeline(timeline) {
  byId('quiet').hidden = timeline.length > 0;
  byId('timeline').replaceChildren(
    ...timeline.map(({ at, breaker, to, cause, reason }) => {
      const item = document.createElement('li');
      const why = cause ?? reason;
      item.textContent =
        local(at) + ': ' + breaker + ' ' + to.replace('_', ' ') + (why ? ' (' + why + ')' : '');
      return item;
    }),
  );
}
async function showProcess() {
  const { version, startedAt, settings } = await (await fetch('/process')).json();
  const facts = { version, started: local(startedAt), ...settings };
  for (const [name, value] of Object.entries(facts)) {
    const [term, text] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    text.textContent = value;
    byId('process').append(term, text);
  }
}

const events = new EventSource('/breakers');
events.addEventListener('open', () => showStatus('live', false));
events.addEventListener('error', () =>
  showStatus('the gateway does not answer; reconnecting…', true),
);
events.addEventListener('breakers', (event) => {
  const report = JSON.parse(event.data);
  clockAhead = Date.parse(report.now) - Date.now();
  breakers = report.breakers;
  breakers.forEach(updateCard);
  showTimeline(report.timeline);
});
setInterval(() => breakers.forEach(updateCard), 1000);
void showProcess().catch(() => showStatus('the gateway does not answer', true));
