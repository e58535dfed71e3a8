// Serializes posts once: while the caches hold a post and its author, the same body and ETag are sent many times.
import { serialize, type SerializedBody } from 'chassis/http/validators';
import type { Post, User } from 'contracts/types';
import { stitchPost } from './stitch.ts';

interface Rendering {
  readonly post: Post;
  readonly author: User | undefined;
  readonly rendered: SerializedBody;
}

const RENDERING = Symbol('rendering');

/**
 * Renders a post. The post object keeps its last rendering. A WeakMap would do the same, but the garbage collector visits
 * all its entries each time it collects the young generation.
 */
export function renderPost(
  post: Post & { [RENDERING]?: Rendering },
  author: User | undefined,
): SerializedBody {
  const last = post[RENDERING];
  // A spread copies the rendering into another version of the post.
  if (last !== undefined && last.post === post && last.author === author) return last.rendered;
  const rendered = serialize(stitchPost(post, author));
  post[RENDERING] = { post, author, rendered };
  return rendered;
}
