// Posts on their way: shown at once, sent with the same key until one attempt succeeds, or given back.
import { useDrafts, useWritePost } from '../data/posts.ts';
import { viewer } from '../data/viewer.ts';
import { wordsFor } from '../data/words.ts';
import { Avatar } from './name.tsx';

const STATES: Readonly<Record<string, string>> = {
  waiting: 'waiting for the network',
  pending: 'sending',
  error: 'not sent',
};

export function Drafts() {
  const drafts = useDrafts();
  const { mutate } = useWritePost();
  return (
    <>
      {drafts.map(({ draft, state, error, discard }) => (
        <article key={draft.key} class="card post post-draft" aria-label="Your new post">
          <Avatar person={viewer.value} />
          <header class="post-head">
            <span class="name">{viewer.value?.username}</span>
            <span class="post-time" role="status">
              {STATES[state]}
            </span>
          </header>
          <div class="post-body">
            <p class="post-text">{draft.content}</p>
            {state === 'error' && (
              <div class="confirm">
                <p>{wordsFor(error)}</p>
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    discard();
                    mutate(draft);
                  }}
                >
                  Send again
                </button>
                <button type="button" class="button button-quiet" onClick={discard}>
                  Discard
                </button>
              </div>
            )}
          </div>
        </article>
      ))}
    </>
  );
}
