// On how many of the broker's servers the stream is kept: one that was made with fewer than are wanted is raised.
import type { StreamAPI, StreamConfig } from '@nats-io/jetstream';
import { outline } from 'chassis/follow-report';
import type { Logger } from 'chassis/log';

export interface Replicas {
  readonly wanted: number;
  /**
   * Has the broker keep the stream on as many servers as are wanted. More than that are left alone: people may have
   * had their reasons. When the broker refuses, the log says so, once, and events are published all the same.
   */
  raise(streams: StreamAPI, config: StreamConfig): Promise<void>;
}

export function replicasOf(wanted: number, log?: Logger): Replicas {
  let said = false;
  return {
    wanted,
    async raise(streams, { name, num_replicas: has }) {
      if (has >= wanted) return;
      try {
        await streams.update(name, { num_replicas: wanted });
        log?.info({ had: has, has: wanted }, 'the stream is kept on more servers from now on');
        said = false;
      } catch (error) {
        if (!said)
          log?.warn(
            { has, wanted, ...outline(error) },
            'the stream is kept on fewer servers than NATS_REPLICAS says',
          );
        said = true;
      }
    },
  };
}
