// One post by its link; without an account, too.
import { ApiError } from '../data/api.ts';
import { usePost } from '../data/posts.ts';
import { degradedOf } from '../data/query-client.ts';
import { Skeleton, Trouble } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { Missing } from './missing.tsx';

export function PostPage({ id }: { readonly id: number }) {
  const { data, error, refetch } = usePost(id);
  if (error instanceof ApiError && error.is('not-found')) return <Missing what="post" />;
  return (
    <Page title={data?.author ? `Post by ${data.author.username}` : 'Post'} quiet>
      {error !== null && <Trouble error={error} retry={refetch} hasData={data !== undefined} />}
      {data !== undefined && <PostCard post={data} degraded={degradedOf(data)} />}
      {data === undefined && error === null && <Skeleton count={1} />}
    </Page>
  );
}
