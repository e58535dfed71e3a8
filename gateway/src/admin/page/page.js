// Shows the breakers live, and forces them. Everything from the server is set as text, never as markup. A card is created
// once and then updated, so that the button that a reader is about to click stays in its place and keeps the focus.
const statusLine = document.getElementById('line');
const cards = new Map();
const MODES = { forced_open: 'open', forced_closed: 'close' };
function showStatus(text, lost) {
  statusLine.textContent = text;
  document.body.classList.toggle('lost', lost);
}
async function force(name, mode) {
  try {
    const response = await fetch('/breakers/' + name + '/' + mode, { method: 'POST' });
    if (!response.ok) showStatus('rejected: ' + (await response.json()).detail, false);
  } catch {
    showStatus('the gateway does not answer', true);
  }
}
function createCard(name) {
  const card = document.getElementById('breaker').content.firstElementChild.cloneNode(true);
  card.querySelector('h2').textContent = name;
  card.querySelector('.switches').setAttribute('aria-label', 'mode of ' + name);
  for (const button of card.querySelectorAll('button'))
    button.addEventListener('click', () => force(name, button.value));
  document.getElementById('breakers').append(card);
  cards.set(name, card);
  return card;
}
function updateCard({ name, state, since, window: counts, settings }) {
  const card = cards.get(name) ?? createCard(name);
  const set = (selector, text) => {
    card.querySelector(selector).textContent = text;
  };
  card.className = state;
  set('.state', state.replace('_', ' '));
  set('.since', 'since ' + new Date(since).toLocaleString());
  set('.attempts', counts.attempts);
  set('.failures', counts.failures);
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
const events = new EventSource('/breakers');
events.addEventListener('open', () => showStatus('live', false));
events.addEventListener('error', () =>
  showStatus('the gateway does not answer; reconnecting…', true),
);
events.addEventListener('breakers', (event) => JSON.parse(event.data).breakers.forEach(updateCard));
