// Home: writing, and the endless feed. What else the answer brings is beside it.
import { useEffect, useRef } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useFeed, useWritePost } from '../data/posts.ts';
import { degradedOf } from '../data/query-client.ts';
import { Avatar } from '../parts/name.tsx';
import { Drafts } from '../parts/drafts.tsx';
import { Empty, Skeleton, Trouble } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { PersonRow } from '../parts/person.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { PostForm } from '../parts/post-form.tsx';
import { viewer } from '../data/viewer.ts';

export function Home() {
  const feed = useFeed();
  const { mutate } = useWritePost();
  const home = feed.data?.pages[0]?.home;
  const degraded = degradedOf(feed.data);
  const posts = feed.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title="Home" quiet>
      <div class="columns">
        <div class="column">
          <section class="card composer" aria-label="Write a post">
            <Avatar person={viewer.value} />
            <PostForm
              label="What do you want to say?"
              placeholder="What do you want to say?"
              action="Post"
              onSubmit={(content) => mutate({ content, key: crypto.randomUUID() })}
            />
          </section>
          {feed.error !== null && (
            <Trouble error={feed.error} retry={feed.refetch} hasData={feed.data !== undefined} />
          )}
          {(home?.requests?.items.length ?? 0) > 0 && (
            <Link href="/people" class="requests-link">
              Somebody wants to be your friend
            </Link>
          )}
          <Drafts />
          {feed.isPending && feed.error === null && <Skeleton />}
          <div
            class="posts"
            role="feed"
            aria-label="Posts of you and your friends"
            aria-busy={feed.isFetchingNextPage}
          >
            {posts.map((post) => (
              <PostCard key={post.id} post={post} degraded={degraded} />
            ))}
          </div>
          {feed.data !== undefined && posts.length === 0 && (
            <Empty>
              <p>Nothing here yet. Say good morning, or find the people you know.</p>
              <Link href="/people" class="button">
                Find people
              </Link>
            </Empty>
          )}
          {feed.hasNextPage && (
            <More isLoading={feed.isFetchingNextPage} load={feed.fetchNextPage} />
          )}
        </div>
        <aside class="side" aria-label="About you">
          <div class="card side-card">
            <h2>{viewer.value?.username}</h2>
            <p class="counts">
              <span>
                <b>{home?.counts?.postCount ?? '–'}</b> posts
              </span>
              <span>
                <b>{home?.counts?.friendCount ?? '–'}</b> friends
              </span>
            </p>
          </div>
          {home?.requests && home.requests.items.length > 0 && (
            <div class="card side-card">
              <h2>Friend requests</h2>
              <ul class="people">
                {home.requests.items.slice(0, 3).map((person) => (
                  <PersonRow key={person.id} person={person} degraded={degraded} state="incoming" />
                ))}
              </ul>
              {home.requests.items.length > 3 && <Link href="/people">See all</Link>}
            </div>
          )}
        </aside>
      </div>
    </Page>
  );
}

interface MoreProps {
  readonly isLoading: boolean;
  readonly load: () => unknown;
}

/** Loads the next page before one comes to the end; a button for who does not scroll. */
function More({ isLoading, load }: MoreProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting && !isLoading) void load();
      },
      { rootMargin: '600px' },
    );
    observer.observe(button.current!);
    return () => observer.disconnect();
  }, [isLoading, load]);
  return (
    <button
      ref={button}
      type="button"
      class="button button-quiet more"
      disabled={isLoading}
      onClick={() => void load()}
    >
      {isLoading ? 'Loading' : 'More posts'}
    </button>
  );
}
