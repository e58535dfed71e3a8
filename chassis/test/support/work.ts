// Work under a leader lock.
import { once } from 'node:events';

/** Makes work that runs until `end()` or until the lock is lost; it returns 'done' or 'lost'. */
export function work() {
  const began = Promise.withResolvers<void>();
  const end = Promise.withResolvers<string>();
  return {
    began: began.promise,
    end: () => end.resolve('done'),
    run: async (lost: AbortSignal): Promise<string> => {
      began.resolve();
      const lockLost = once(lost, 'abort').then(() => 'lost');
      return Promise.race([end.promise, lost.aborted ? 'lost' : lockLost]);
    },
  };
}
