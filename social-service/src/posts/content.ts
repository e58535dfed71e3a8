// What may be posted: what the contract says, and the one rule that no schema can say.
import type { BodyCheck } from 'chassis/http/input';
import type { RequestGuard } from 'contracts/request';
import type { NewPost } from 'contracts/types';

/** Characters (code points) of a post without the white space around it. */
const CONTENT_MAX = 5000;

/** Checks the body of a new or a changed post by its contract, and the length of its text. */
export const postCheck =
  (guard: RequestGuard): BodyCheck<NewPost> =>
  (body) => {
    const faults = guard(body);
    if (faults.length > 0) return faults;
    const { content } = body as NewPost;
    if (Array.from(content.trim()).length <= CONTENT_MAX) return [];
    const detail = `expected at most ${CONTENT_MAX} characters, not counting white space around them`;
    return [{ pointer: '/body/content', detail }];
  };
