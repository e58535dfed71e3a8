// The number of NATS servers that store the stream: raised when NATS_REPLICAS is higher.
import type { StreamAPI, StreamInfo } from '@nats-io/jetstream';
import { SourceError } from 'chassis/events/source';
import { redactError } from 'chassis/events/consumer-report';
import type { Logger } from 'chassis/observability/log';

export interface Replicas {
  readonly wanted: number;
  /**
   * Raises the number of the stream's replicas to `wanted`. A higher number stays, since an operator may have set it. A
   * failure is logged once; events are published all the same.
   */
  raise(streams: StreamAPI, info: StreamInfo): Promise<void>;
}

export function replicasOf(wanted: number, log?: Logger): Replicas {
  let isWarned = false;
  return {
    wanted,
    async raise(streams, { config, cluster }) {
      const { name, num_replicas: replicas } = config;
      if (replicas >= wanted) return;
      try {
        // A server without a cluster accepts the update, but does not replicate the stream.
        if (cluster === undefined)
          throw new SourceError('the NATS server is not part of a cluster');
        await streams.update(name, { num_replicas: wanted });
        log?.info({ before: replicas, replicas: wanted }, 'stream replicas raised');
        isWarned = false;
      } catch (error) {
        if (!isWarned)
          log?.warn(
            { replicas, wanted, ...redactError(error) },
            'the stream has fewer replicas than NATS_REPLICAS; cannot raise them',
          );
        isWarned = true;
      }
    },
  };
}
