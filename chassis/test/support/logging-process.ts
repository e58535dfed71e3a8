// A process that logs one line at its level, and one line below its level.
import { createLogger } from 'chassis/observability/log';

const log = createLogger('some-service', 'info');
log.info({ email: 'a@example.com', user: { id: 1, password: 'hush' } }, 'hello');
log.debug('below the level');
