// PgBouncer in front of the database: refused with pool_mode=transaction, accepted with pool_mode=session.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { openDatabase } from 'chassis/postgres/database';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { until } from 'chassis/testing/until';

jest.setTimeout(60_000);

const PGBOUNCER = process.env['PGBOUNCER'] ?? '/usr/sbin/pgbouncer';

/** Starts PgBouncer before a database. @returns the URL behind it, and a function that ends it */
async function startPgBouncer(databaseUrl: string, mode: 'transaction' | 'session') {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  // In /tmp, where another user can read it: PgBouncer refuses to run as root.
  const folder = mkdtempSync('/tmp/pgbouncer-test-');
  chmodSync(folder, 0o755);
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port: ownPort } = listener.address() as { port: number };
  await new Promise((resolve) => listener.close(resolve));
  const secret = password === '' ? '' : ` password=${password}`;
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port || 5432} user=${username}${secret}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout,extra_float_digits
`,
  );
  const isRoot = process.getuid?.() === 0;
  const child = spawn(PGBOUNCER, ['-q', join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  });
  return {
    url: `postgres://${username}@127.0.0.1:${ownPort}${pathname}`,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

const isInstalled = existsSync(PGBOUNCER);

describeOnServer(`behind PgBouncer, a database${isInstalled ? '' : ' (needs pgbouncer)'}`, () => {
  const testWithPgBouncer = isInstalled ? test : test.skip;

  testWithPgBouncer.each([
    ['transaction', /shares connections/],
    ['session', undefined],
  ] as const)('with pool_mode=%s has the fault %s', async (mode, fault) => {
    const testDatabase = await serverDatabase();
    const bouncer = await startPgBouncer(testDatabase.settings.DATABASE_URL!, mode);
    const { log, lines } = memoryLog();
    const database = await openDatabase({
      databaseUrl: bouncer.url,
      dataDir: '',
      migrations: {},
      log,
    });
    if (fault === undefined) {
      await database.prepared;
      expect(await database.readiness()).toBeUndefined();
    } else {
      await until('the pooler is noticed', async () => fault.test((await database.readiness())!));
      expect(lines.at(-1)).toMatchObject({ level: 40, msg: expect.stringMatching(fault) });
    }
    await database.close();
    await bouncer.stop();
    await testDatabase.remove();
  });
});
