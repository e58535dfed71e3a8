// Work that one process at a time does, for a test.
import { once } from 'node:events';

/** Work that goes on until it is told to end, or hears that it may not go on. */
export function work() {
  const began = Promise.withResolvers<void>();
  const end = Promise.withResolvers<string>();
  return {
    began: began.promise,
    end: () => end.resolve('done'),
    run: async (lost: AbortSignal): Promise<string> => {
      began.resolve();
      const losing = once(lost, 'abort').then(() => 'lost');
      return Promise.race([end.promise, lost.aborted ? 'lost' : losing]);
    },
  };
}
