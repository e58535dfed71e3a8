// Stands in for Identity on a real socket: its keys, its users by their ids, and the feed of its log.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { User } from 'contracts/types';
import type { JWK } from 'jose';
import type { Logged } from './events.ts';

export interface IdentityStandIn {
  readonly url: string;
  /** Its users; a test changes them as it likes. */
  readonly users: Map<number, string>;
  /** How often its keys were asked for. */
  asked(): number;
  append(logged: readonly Logged[]): void;
  /** Resolves when the feed was read so many times more. */
  nextRead(count?: number): Promise<void>;
  /** The log is another one from now on. */
  replaceLog(logged: readonly Logged[]): void;
  /** Answers nobody any more, and cuts who asks. */
  leave(): void;
  comeBack(): void;
  stop(): Promise<void>;
}

const PAGE = 500;

function json(res: ServerResponse, body: unknown, type = 'application/json'): void {
  res.writeHead(200, { 'Content-Type': type });
  res.end(JSON.stringify(body));
}

export async function serveIdentity(keys: readonly JWK[] = []): Promise<IdentityStandIn> {
  const users = new Map<number, string>();
  const news = new EventEmitter().setMaxListeners(0);
  let log: readonly Logged[] = [];
  let asked = 0;
  let away = false;

  const feed = async (query: URLSearchParams, res: ServerResponse): Promise<void> => {
    const headNow = (): number => log.at(-1)?.position ?? 0;
    const from = query.get('lastEventId') ?? '0';
    const after = from === 'latest' ? headNow() : Number(from);
    if (after > headNow()) {
      res.writeHead(400, { 'Content-Type': 'application/problem+json' });
      return void res.end(JSON.stringify({ errors: [{ pointer: '/query/lastEventId' }] }));
    }
    const ms = Number(query.get('timeout') ?? 0);
    if (after === headNow() && ms > 0)
      await once(news, 'more', { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
    news.emit('read');
    const page = log.filter(({ position }) => position > after).slice(0, PAGE);
    const next = page.at(-1)?.position ?? after;
    res.setHeader('Link', `</api/user-events?lastEventId=${next}>; rel="next"`);
    res.setHeader('Log-Head', String(headNow()));
    json(
      res,
      page.map(({ event }) => event),
      'application/cloudevents-batch+json',
    );
  };
  const usersOf = (ids: string): User[] =>
    ids
      .split(',')
      .map((id) => ({ id: Number(id), username: users.get(Number(id)) }))
      .filter((user): user is User => user.username !== undefined);

  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const { pathname, searchParams } = new URL(req.url!, 'http://identity');
    if (pathname === '/api/user-events') return void feed(searchParams, res);
    if (pathname === '/api/users') return json(res, { items: usersOf(searchParams.get('ids')!) });
    if (pathname !== '/.well-known/jwks.json') return void res.writeHead(404).end();
    asked += 1;
    return json(res, { keys });
  };
  const server = createServer((req, res) => {
    if (away) req.socket.destroy();
    else answer(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    users,
    asked: () => asked,
    append(logged) {
      log = [...log, ...logged];
      news.emit('more');
    },
    async nextRead(count = 1) {
      for (let left = count; left > 0; left -= 1) await once(news, 'read');
    },
    replaceLog(logged) {
      log = logged;
      news.emit('more');
    },
    leave() {
      away = true;
      server.closeAllConnections();
    },
    comeBack() {
      away = false;
    },
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
