// Serializes posts once: while the caches hold a post and its author, the same body and ETag are sent many times.
import { serialize, type SerializedBody } from 'chassis/http/validators';
import type { Post, User } from 'contracts/types';
import { stitchPost } from './stitch.ts';

interface Rendering {
  readonly author: User | undefined;
  readonly rendered: SerializedBody;
}

/** Creates a function that renders posts. It keeps the last rendering of each post as long as the post object lives. */
export function createRenderer(): (post: Post, author: User | undefined) => SerializedBody {
  const renderings = new WeakMap<Post, Rendering>();
  return (post, author) => {
    const last = renderings.get(post);
    if (last !== undefined && last.author === author) return last.rendered;
    const rendered = serialize(stitchPost(post, author));
    renderings.set(post, { author, rendered });
    return rendered;
  };
}
