// Checks the text of posts: by the contract, and by its length without surrounding white space, which no schema can express.
import type { BodyCheck } from 'chassis/http/input';
import type { RequestGuard } from 'contracts/request';
import type { NewPost } from 'contracts/types';

/** The longest post in Unicode code points, without surrounding white space. */
const CONTENT_MAX = 5000;

/** Returns a check of the body of a new or changed post. */
export const postCheck =
  (guard: RequestGuard): BodyCheck<NewPost> =>
  (body) => {
    const faults = guard(body);
    if (faults.length > 0) return faults;
    const { content } = body as NewPost;
    if (Array.from(content.trim()).length <= CONTENT_MAX) return [];
    const detail = `expected at most ${CONTENT_MAX} characters, not counting white space around the text`;
    return [{ pointer: '/body/content', detail }];
  };
