// Where one is logged in, and ending a session, or all others.
import { useEndSession, useSessions } from '../data/account.ts';
import { ago } from '../data/words.ts';
import { Trouble } from '../parts/notice.tsx';

export function OwnSessions() {
  const { data, error, refetch } = useSessions();
  const { mutate, isPending } = useEndSession();
  return (
    <section class="card settings-card">
      <h2>Where you are logged in</h2>
      {error !== null && <Trouble error={error} retry={refetch} hasData={data !== undefined} />}
      <ul class="people">
        {data?.items.map((session) => (
          <li key={session.id} class="person">
            <div class="person-text">
              <span class="name">{session.device ?? 'An unknown device'}</span>
              <span class="person-note">
                {session.current ? 'this one' : `last used ${ago(session.lastUsedAt)}`}, since{' '}
                {ago(session.createdAt)}
              </span>
            </div>
            {!session.current && (
              <button
                type="button"
                class="button button-quiet"
                disabled={isPending}
                onClick={() => mutate(session.id)}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {(data?.items.length ?? 0) > 1 && (
        <button
          type="button"
          class="button button-quiet"
          disabled={isPending}
          onClick={() => mutate(undefined)}
        >
          Log out everywhere else
        </button>
      )}
    </section>
  );
}
