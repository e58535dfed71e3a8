// What a screen shows instead of its data, or above it: loading, an error that may pass, and being offline.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../data/api.ts';
import { wordsFor } from '../data/words.ts';

/** Grey cards of the size of posts, so that nothing moves when the posts come. */
export const Skeleton = ({ count = 3 }: { readonly count?: number }) => (
  <div class="skeletons" role="status" aria-label="Loading">
    {Array.from({ length: count }, (_, index) => (
      <div key={index} class="card skeleton" aria-hidden="true">
        <span class="bone bone-name" />
        <span class="bone" />
        <span class="bone bone-short" />
      </div>
    ))}
  </div>
);

interface TroubleProps {
  readonly error: unknown;
  readonly retry: () => unknown;
  /** Whether older data stays on the screen. */
  readonly hasData?: boolean;
}

/** An error of a query. One that may pass is tried again by itself, when the server says. */
export function Trouble({ error, retry, hasData = false }: TroubleProps) {
  const passes = error instanceof ApiError && error.isTemporary;
  return (
    <div class={`notice ${hasData ? 'notice-slim' : ''}`} role="status">
      <p>
        {wordsFor(error)}
        {passes && (hasData ? ' What you see may be a little old.' : '')}
        {passes && ' Trying again by itself.'}
      </p>
      <button type="button" class="button button-quiet" onClick={() => void retry()}>
        Try now
      </button>
    </div>
  );
}

export const Empty = ({ children }: { readonly children: ComponentChildren }) => (
  <div class="empty">{children}</div>
);

/** Says when there is no network. */
export function Offline() {
  const [isOffline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const update = (): void => setOffline(!navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return (
    <div role="status" class="offline-region">
      {isOffline && (
        <p class="offline">You are offline. What you write is sent when you are back.</p>
      )}
    </div>
  );
}
