// The settings of the stream: those of a new one, and those with which an existing one would lose events. Somebody else may
// have made the stream, or changed it.
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

export const STREAM = 'USER_EVENTS';
export const SUBJECT = 'user-events';
const SUBJECTS = `${SUBJECT}.*`;
const DUPLICATE_WINDOW_MS = 600_000;

/** The configuration of a new stream. Of an existing stream, only the number of replicas is changed. */
export const streamConfig = (replicas: number) => ({
  name: STREAM,
  subjects: [SUBJECTS],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  // Keeps the newest event of each user, without an age limit.
  max_msgs_per_subject: 1,
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  num_replicas: replicas,
});

type Checked = Pick<StreamConfig, 'subjects' | 'retention' | 'storage'> &
  Partial<Pick<StreamConfig, 'max_age' | 'max_bytes' | 'max_msgs' | 'subject_transform'>>;

/**
 * Returns a message for operators that names the first setting with which the stream would lose events; undefined if there
 * is none. Any number of messages for each subject is accepted: the newest event of each user stays.
 */
export function losingSetting(config: Checked): string | undefined {
  const { subjects, max_age = 0, max_bytes = -1, max_msgs = -1 } = config;
  const wrong = [
    !(subjects.length === 1 && [SUBJECTS, `${SUBJECT}.>`].includes(subjects[0]!)) &&
      `subjects is ${subjects.join()}, and must be ${SUBJECTS}`,
    config.retention !== RetentionPolicy.Limits &&
      `retention is ${config.retention}, and must be limits`,
    config.storage !== StorageType.File && `storage is ${config.storage}, and must be file`,
    // A server also reports "unlimited" as 0 or as -1.
    max_age > 0 && `max_age is ${max_age} ns, and must be 0`,
    max_bytes > 0 && `max_bytes is ${max_bytes}, and must be -1`,
    max_msgs > 0 && `max_msgs is ${max_msgs}, and must be -1`,
    config.subject_transform !== undefined && 'subject_transform is set, and must not be',
  ].find((message) => message !== false);
  return (
    wrong &&
    `the stream would lose events: its ${wrong}; delete the stream, and it is created again with all events`
  );
}
