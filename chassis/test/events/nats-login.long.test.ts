// Logging in to a real NATS server: by nkey, by a credentials file, and by a client certificate.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nkeys } from '@nats-io/transport-node';
import { type BrokerAddress, openBroker } from 'chassis/events/nats/connection';
import {
  natsAccess,
  natsCertificateWithKey,
  natsSettings,
  oneNatsLogin,
} from 'chassis/events/nats/settings';
import { readSettings, z } from 'chassis/settings/settings';
import { describeWithNats, startConfiguredNats, type TestNats } from 'chassis/testing/nats';

const schema = z
  .object(natsSettings('a test'))
  .refine(...oneNatsLogin)
  .refine(...natsCertificateWithKey);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Resolves when the server has answered. */
async function use(address: BrokerAddress): Promise<void> {
  const broker = openBroker(address, 'test');
  try {
    await broker.using((connection) => connection.flush());
  } finally {
    await broker.close();
  }
}

/** Returns a token of NATS (JWT, ed25519-nkey). */
function jwt(issuer: ReturnType<typeof nkeys.createUser>, sub: string, nats: object): string {
  const claims = {
    jti: sub,
    iat: 1_767_225_600,
    iss: issuer.getPublicKey(),
    sub,
    name: 'test',
    nats,
  };
  const signed = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}

describeWithNats('a process logs in', () => {
  let folder: string;
  let nats: TestNats | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(process.env['TEST_TEMP']!, 'login-'));
  });
  afterEach(async () => {
    await nats?.remove();
    nats = undefined;
  });
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const startWith = async (config: string): Promise<TestNats> =>
    (nats = await startConfiguredNats(await write('nats.conf', config)));
  test('by an nkey, whose seed is in a file', async () => {
    const user = nkeys.createUser();
    const { url } = await startWith(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`);
    const file = await write('seed', `${textOf(user.getSeed())}\n`);
    await use(natsAccess(readSettings(schema, { NATS_URL: url, NATS_NKEY_FILE: file }))!);
    const stranger = textOf(nkeys.createUser().getSeed());
    await expect(use({ urls: url, nkey: stranger })).rejects.toThrow(/uthorization/);
    await expect(use(url)).rejects.toThrow(/uthorization/);
  });

  test('by a credentials file', async () => {
    const [operator, account, user] = [
      nkeys.createOperator(),
      nkeys.createAccount(),
      nkeys.createUser(),
    ];
    const limits = {
      subs: -1,
      data: -1,
      payload: -1,
      conn: -1,
      leaf: -1,
      imports: -1,
      exports: -1,
      wildcards: true,
    };
    const trusted = jwt(operator, operator.getPublicKey(), { type: 'operator', version: 2 });
    const tenant = jwt(operator, account.getPublicKey(), { limits, type: 'account', version: 2 });
    const { url } = await startWith(
      `operator: ${trusted}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${tenant} }`,
    );
    const claims = { pub: {}, sub: {}, subs: -1, data: -1, payload: -1, type: 'user', version: 2 };
    const credsOf = (issuer: typeof account) =>
      [
        '-----BEGIN NATS USER JWT-----',
        jwt(issuer, user.getPublicKey(), claims),
        '------END NATS USER JWT------',
        '-----BEGIN USER NKEY SEED-----',
        textOf(user.getSeed()),
        '------END USER NKEY SEED------',
        '',
      ].join('\n');
    const file = await write('user.creds', credsOf(account));
    await use(natsAccess(readSettings(schema, { NATS_URL: url, NATS_CREDS_FILE: file }))!);
    await expect(use({ urls: url, creds: credsOf(nkeys.createAccount()) })).rejects.toThrow(
      /uthorization/,
    );
  });

  test('by a client certificate, and trusts only servers of its authority', async () => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    for (const ca of ['ca', 'other'])
      openssl(
        'req',
        '-x509',
        ...key,
        '-keyout',
        `${ca}.key`,
        '-out',
        `${ca}.pem`,
        '-days',
        '2',
        '-subj',
        `/CN=${ca}`,
      );
    await write('san', 'subjectAltName=DNS:localhost');
    for (const name of ['server', 'client']) {
      openssl(
        'req',
        ...key,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/CN=${name}`,
      );
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        'san',
        '-out',
        `${name}.pem`,
      );
    }
    const { url } = await startWith(
      `tls { cert_file: "${at('server.pem')}", key_file: "${at('server.key')}", ca_file: "${at('ca.pem')}", verify: true }`,
    );
    const client = { NATS_TLS_CERT_FILE: at('client.pem'), NATS_TLS_KEY_FILE: at('client.key') };
    const access = natsAccess(
      readSettings(schema, {
        NATS_URL: url.replace('127.0.0.1', 'localhost'),
        NATS_TLS_CA_FILE: at('ca.pem'),
        ...client,
      }),
    )!;
    await use(access);
    await expect(use({ ...access, cert: undefined, key: undefined })).rejects.toThrow();
    await expect(use({ ...access, ca: await readFile(at('other.pem'), 'utf8') })).rejects.toThrow();
  });
});

test.each([
  [
    'a certificate without its key',
    { NATS_TLS_CERT: '-----BEGIN CERTIFICATE-----' },
    /NATS_TLS_KEY/,
  ],
  [
    'a key without its certificate',
    { NATS_TLS_KEY: '-----BEGIN PRIVATE KEY-----' },
    /NATS_TLS_KEY/,
  ],
  ['a seed that is not one', { NATS_NKEY: 'SUSHI' }, /NATS_NKEY/],
  [
    'two logins',
    { NATS_NKEY: `SU${'A'.repeat(56)}`, NATS_CREDS: 'BEGIN NATS USER JWT BEGIN USER NKEY SEED' },
    /NATS_NKEY/,
  ],
])('refuses %s, and prints no secret', (_, env, message) => {
  const read = () => readSettings(schema, { NATS_URL: 'nats://127.0.0.1:4222', ...env });
  expect(read).toThrow(message);
  expect(read).not.toThrow(/SUSHI|SUAAA|BEGIN/);
});
