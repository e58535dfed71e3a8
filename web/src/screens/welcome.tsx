// Without an account: what this is, and the ways in.
import { Link } from 'wouter-preact';
import { usePost } from '../data/posts.ts';
import { degradedOf } from '../data/query-client.ts';
import { Page } from '../parts/page.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { DemoUsers } from '../parts/demo-users.tsx';

/** The first post of the demo data. */
const DEMO_POST = 5;

export function Welcome() {
  const { data } = usePost(DEMO_POST);
  return (
    <Page title="Welcome" quiet>
      <section class="hero">
        <p class="hero-title">A small place for the people you know.</p>
        <p class="hero-text">
          Write a few lines, read what your friends write, newest first. Nothing is sorted for you,
          and when something is missing, the page says so.
        </p>
        <div class="hero-actions">
          <Link href="/register" class="button button-large">
            Register
          </Link>
          <Link href="/log-in" class="button button-quiet button-large">
            Log in
          </Link>
        </div>
      </section>
      <div class="welcome-post">
        {data !== undefined && <PostCard post={data} degraded={degradedOf(data)} />}
      </div>
      {data?.author?.username === 'cat_sun_dog' && <DemoUsers />}
    </Page>
  );
}
