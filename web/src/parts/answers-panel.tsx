// "How was this answered?": where the parts of each answer came from, what failed, and how long each service took.
import type { StatusMember } from 'client';
import { useEffect, useRef } from 'preact/hooks';
import { answers, type NumberedAnswer } from '../data/api.ts';

const UPSTREAMS = ['identity', 'social'] as const;

export function AnswersPanel({ close }: { readonly close: () => void }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  return (
    <aside
      id="answers"
      ref={panel}
      class="panel"
      tabIndex={-1}
      aria-label="How was this answered?"
      onKeyDown={({ key }) => {
        if (key === 'Escape') close();
      }}
    >
      <div class="panel-head">
        <h2>How was this answered?</h2>
        <button type="button" class="button button-quiet" onClick={close}>
          Close
        </button>
      </div>
      <dl class="upstreams">
        {UPSTREAMS.map((name) => (
          <Upstream key={name} name={name} />
        ))}
      </dl>
      {answers.value.length === 0 && <p class="hint">No request yet.</p>}
      <ol class="answers">
        {answers.value.map((answer) => (
          <AnswerRow key={answer.number} answer={answer} />
        ))}
      </ol>
    </aside>
  );
}

/** An upstream, as the last answer that says something about it shows it. */
function Upstream({ name }: { readonly name: string }) {
  const last = answers.value.find(
    ({ info }) =>
      name in info.serverTiming || info.proxyStatus.some((member) => member.name === name),
  );
  const failure = last?.info.proxyStatus.find((member) => member.name === name);
  const state = last === undefined ? 'not asked yet' : failure ? wordsOf(failure) : 'answers';
  const kind = last === undefined ? 'unknown' : failure ? 'bad' : 'good';
  return (
    <div class={`upstream upstream-${kind}`}>
      <dt>{name}</dt>
      <dd>{state}</dd>
    </div>
  );
}

function wordsOf({ parameters }: StatusMember): string {
  const { error } = parameters;
  if (error === 'destination_unavailable') return 'breaker open';
  if (typeof error === 'string') return error.replaceAll('_', ' ');
  return `answered ${String(parameters['received-status'] ?? 'badly')}`;
}

const roundedMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

function AnswerRow({
  answer: { method, path, info, problem, degraded },
}: {
  readonly answer: NumberedAnswer;
}) {
  const kind = problem !== undefined ? 'bad' : degraded.length > 0 ? 'warn' : 'good';
  return (
    <li class={`answer answer-${kind}`}>
      <p class="answer-line">
        <code>
          {method.toUpperCase()} {path}
        </code>
        <span class="answer-status">{info.status || 'no answer'}</span>
        <span class="answer-ms">{roundedMs(info.durationMs)}</span>
      </p>
      <ul class="chips">
        {info.cacheStatus.map((member, index) => (
          <li key={index} class="chip">
            {member.name}: {sourceOf(member)}
          </li>
        ))}
        {Object.entries(info.serverTiming).map(([name, ms]) => (
          <li key={name} class="chip chip-time">
            {name} {roundedMs(ms)}
          </li>
        ))}
        {info.proxyStatus.map((member, index) => (
          <li key={index} class="chip chip-bad">
            {member.name}: {wordsOf(member)}
          </li>
        ))}
        {info.attempts > 1 && <li class="chip chip-bad">{info.attempts} attempts</li>}
      </ul>
      {info.requestId !== undefined && <p class="answer-id">request {info.requestId}</p>}
    </li>
  );
}

/** Where a part came from, in words (RFC 9211). */
function sourceOf({ parameters: { hit, fwd, detail, ttl } }: StatusMember): string {
  if (hit) return `cache${typeof ttl === 'string' ? `, fresh for ${ttl} s` : ''}`;
  if (fwd === 'stale') return 'cache, stale';
  if (detail === 'replica') return 'replica in Social';
  return fwd === 'miss' && detail === undefined
    ? 'its service'
    : String(detail ?? fwd ?? 'its service');
}
