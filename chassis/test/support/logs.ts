// A process that logs one line that is wanted, and one that is not.
import { createLogger } from 'chassis/observability/log';

const log = createLogger('some-service', 'info');
log.info({ email: 'a@example.com', user: { id: 1, password: 'hush' } }, 'hello');
log.debug('too small');
