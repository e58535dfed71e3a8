// Questions whose answers are not remembered, such as pages and counts.
import { stack, type Call } from './call.ts';
import { coalesce } from './layers/coalesce.ts';
import { measure } from './layers/measure.ts';
import type { Observer } from './observer.ts';
import type { Upstream } from './open.ts';
import type { Operation } from './operation.ts';

/** Equal ones at once are asked once. */
export const createQuestion = <Q, T>(
  upstream: Upstream,
  operation: Operation<Q, T>,
  keyOf: (question: Q) => string | number,
  limitMs: number,
  observer: Observer,
): Call<Q, T> =>
  stack(
    [
      measure((outcome, seconds) => observer.call(operation.name, outcome, seconds)),
      coalesce({ upstream: upstream.name, keyOf, limitMs }),
    ],
    upstream.ask(operation),
  );
