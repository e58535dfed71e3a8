// A person: a picture made of the name, and the name with a link; honest when the name is missing or may be old.
import { Link } from 'wouter-preact';
import type { NameState } from '../data/words.ts';

const HUES = 8;

interface Person {
  readonly id: number;
  readonly username: string | null;
}

export const Avatar = ({ person }: { readonly person: Person | null }) => (
  <span
    class={`avatar ${person === null ? 'avatar-none' : `hue-${person.id % HUES}`}`}
    aria-hidden="true"
  >
    {person?.username?.[0]?.toUpperCase() ?? '·'}
  </span>
);

interface NameProps {
  readonly person: Person | null;
  readonly state: NameState;
}

const HINTS = {
  stale: 'This name may be a little old: the service that knows names is not available.',
  replica: 'This name comes from a second place: the service that knows names is not available.',
} as const;

export function Name({ person, state }: NameProps) {
  if (person === null || person.username === null) {
    if (state !== 'unavailable')
      return <span class="name name-none">{'someone who has left'}</span>;
    const text = <span class="name name-none">name not available right now</span>;
    return person === null ? text : <Link href={`/users/${person.id}`}>{text}</Link>;
  }
  return (
    <span class="name">
      <Link href={`/users/${person.id}`}>{person.username}</Link>
      {(state === 'stale' || state === 'replica') && (
        <span class="name-mark" title={HINTS[state]}>
          <span aria-hidden="true">~</span>
          <span class="visually-hidden">{HINTS[state]}</span>
        </span>
      )}
    </span>
  );
}
