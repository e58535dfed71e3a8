// People: requests, friends, and finding somebody by the beginning of a name.
import { useDeferredValue } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { Degraded } from 'client';
import {
  MIN_SEARCH,
  useFriends,
  useRequests,
  useSearch,
  type FriendState,
} from '../data/friends.ts';
import { ago } from '../data/words.ts';
import { Empty, Skeleton, Trouble } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { PersonRow } from '../parts/person.tsx';

interface WithItems {
  readonly data: { readonly items: readonly { readonly id: number }[] } | undefined;
}

const has = ({ data }: WithItems, id: number): boolean =>
  data?.items.some((one) => one.id === id) ?? false;

export function People() {
  const friends = useFriends();
  const incoming = useRequests('incoming');
  const outgoing = useRequests('outgoing');
  const stateOf = (id: number): FriendState => {
    if (has(friends, id)) return 'friends';
    if (has(incoming, id)) return 'incoming';
    return has(outgoing, id) ? 'requested' : 'none';
  };
  return (
    <Page title="People">
      <Search stateOf={stateOf} />
      {/* All at once, so that nothing moves when one answer comes later than another. */}
      {[friends, incoming, outgoing].some(({ isPending, error }) => isPending && error === null) ? (
        <Skeleton />
      ) : (
        <>
          <List
            title="Friend requests"
            query={incoming}
            state="incoming"
            note={(one) => requestedAt(one)}
          />
          <List
            title="Your requests"
            query={outgoing}
            state="requested"
            note={(one) => requestedAt(one)}
          />
          <List
            title="Friends"
            query={friends}
            state="friends"
            note={(one) => `since ${ago(one.since ?? '')}`}
            empty="No friends yet. Find somebody by name, above."
          />
        </>
      )}
    </Page>
  );
}

interface Listed {
  readonly id: number;
  readonly username: string | null;
  readonly since?: string;
  readonly requestedAt?: string;
}

const requestedAt = ({ requestedAt: at = '' }: Listed): string => ago(at);

interface ListProps {
  readonly title: string;
  readonly query: {
    readonly data:
      { readonly items: readonly Listed[]; readonly degraded?: readonly Degraded[] } | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly state: FriendState;
  readonly note: (person: Listed) => string;
  /** Without it, an empty list is not shown. */
  readonly empty?: string;
}

function List({ title, query: { data, error, refetch }, state, note, empty }: ListProps) {
  const items = data?.items ?? [];
  if (error === null && items.length === 0 && (empty === undefined || data === undefined))
    return null;
  return (
    <section class="card list-card">
      <h2>{title}</h2>
      {error !== null && <Trouble error={error} retry={refetch} hasData={data !== undefined} />}
      <ul class="people">
        {items.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            degraded={data?.degraded ?? []}
            state={state}
            note={note(person)}
          />
        ))}
      </ul>
      {data !== undefined && items.length === 0 && empty !== undefined && <Empty>{empty}</Empty>}
    </section>
  );
}

function Search({ stateOf }: { readonly stateOf: (id: number) => FriendState }) {
  const [text, setText] = useState('');
  const name = useDeferredValue(text.trim());
  const { data, error, refetch, isFetching } = useSearch(name);
  const isLongEnough = name.length >= MIN_SEARCH;
  return (
    <section class="card list-card" role="search">
      <label class="search-label" for="search">
        Find people
      </label>
      <input
        id="search"
        type="search"
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        maxLength={30}
        placeholder="The beginning of a name"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div role="status" class="hint">
        {!isLongEnough && text !== '' && `At least ${MIN_SEARCH} characters.`}
        {isLongEnough && isFetching && data === undefined && 'Looking.'}
        {isLongEnough && data?.items.length === 0 && 'Nobody has a name that begins so.'}
      </div>
      {isLongEnough && error !== null && <Trouble error={error} retry={refetch} />}
      {isLongEnough && (
        <ul class="people">
          {data?.items.map((person) => (
            <PersonRow key={person.id} person={person} degraded={[]} state={stateOf(person.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}
