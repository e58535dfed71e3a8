// On how many of the broker's servers the stream is kept: one that was made with fewer than are wanted is raised.
import type { StreamAPI, StreamInfo } from '@nats-io/jetstream';
import { SourceError } from 'chassis/events/source';
import { redactError } from 'chassis/events/consumer-report';
import type { Logger } from 'chassis/observability/log';

export interface Replicas {
  readonly wanted: number;
  /**
   * Has the broker keep the stream on as many servers as are wanted. More than that are left alone: people may have
   * had their reasons. When that cannot be, the log says so, once, and events are published all the same.
   */
  raise(streams: StreamAPI, info: StreamInfo): Promise<void>;
}

export function replicasOf(wanted: number, log?: Logger): Replicas {
  let said = false;
  return {
    wanted,
    async raise(streams, { config, cluster }) {
      const { name, num_replicas: has } = config;
      if (has >= wanted) return;
      try {
        // A server that is alone says yes, and keeps it alone.
        if (cluster === undefined) throw new SourceError('the broker is no cluster');
        await streams.update(name, { num_replicas: wanted });
        log?.info({ had: has, has: wanted }, 'the stream is kept on more servers from now on');
        said = false;
      } catch (error) {
        if (!said)
          log?.warn(
            { has, wanted, ...redactError(error) },
            'the stream is kept on fewer servers than NATS_REPLICAS says',
          );
        said = true;
      }
    },
  };
}
