// A profile: the name, what the person is to the viewer, counts, and the newest posts.
import { ApiError } from '../data/api.ts';
import { useProfile } from '../data/posts.ts';
import { degradedOf } from '../data/query-client.ts';
import { nameState } from '../data/words.ts';
import { Avatar, Name } from '../parts/name.tsx';
import { Empty, Skeleton, Trouble } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { FriendButtons } from '../parts/person.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { Missing } from './missing.tsx';

export function ProfilePage({ id }: { readonly id: number }) {
  const { data, error, refetch } = useProfile(id);
  if (error instanceof ApiError && error.is('not-found')) return <Missing what="person" />;
  const degraded = degradedOf(data);
  const friendship = data?.friendship;
  return (
    <Page title={data?.user?.username ?? 'Profile'} quiet>
      {error !== null && <Trouble error={error} retry={refetch} hasData={data !== undefined} />}
      <section class="card profile" aria-label="Profile">
        <Avatar person={data?.user ?? null} />
        <div class="profile-text">
          <p class="profile-name">
            {data === undefined ? (
              <span class="bone bone-name" />
            ) : (
              <Name person={data.user} state={nameState(degraded, 'ids', id)} />
            )}
          </p>
          <p class="counts">
            <span>
              <b>{data?.postCount ?? '–'}</b> posts
            </span>
            <span>
              <b>{data?.friendCount ?? '–'}</b> friends
            </span>
          </p>
        </div>
        {friendship && (
          <FriendButtons id={id} name={data?.user?.username ?? 'this person'} state={friendship} />
        )}
      </section>
      {data === undefined && error === null && <Skeleton />}
      <div class="posts">
        {data?.posts.map((post) => (
          <PostCard key={post.id} post={post} degraded={degraded} ownerId={id} />
        ))}
      </div>
      {data?.posts.length === 0 && <Empty>No posts yet.</Empty>}
    </Page>
  );
}
