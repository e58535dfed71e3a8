// The same post with the same author is answered again and again while memory holds both: its text and ETag are made once.
import { serialize, type SerializedBody } from 'chassis/http/answer';
import type { Post, User } from 'contracts/types';
import { stitchPost } from './stitch.ts';

interface Rendering {
  readonly author: User | undefined;
  readonly rendered: SerializedBody;
}

/** Renders posts; what it keeps of one lives as long as the post itself does. */
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
