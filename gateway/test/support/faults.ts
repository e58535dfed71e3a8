// The closed list of the faults of an upstream, each with the gateway's status and Proxy-Status (RFC 9209).
import { breakDns, restoreDns, FLAKY_HOST } from './mock-dns.ts';
import type { Responder, StubServer } from 'chassis/testing/stub-server';
import * as broken from './faulty-responders.ts';

/** The parameter of the failed upstream in Proxy-Status. */
export type ProxyStatus = { readonly error: string } | { readonly receivedStatus: number };

export interface Fault {
  /** A predicate, for test names such as "Identity <name>". */
  readonly name: string;
  readonly proxyStatus: ProxyStatus;
  /** The gateway's status when a required part fails in this way. */
  readonly status: 502 | 503 | 504;
  /** The upstream's host in the gateway's settings; 127.0.0.1 when left out. */
  readonly host?: string;
  readonly inject: (upstream: StubServer) => Promise<void> | void;
  /** How the upstream responds to a request; undefined when it receives no request. */
  readonly responder?: Responder;
}

/** Ends every fault of an upstream. Its address stays the same. */
export async function restore(upstream: StubServer): Promise<void> {
  restoreDns();
  upstream.respondWith();
  await upstream.accept();
}

const fault = (
  name: string,
  status: Fault['status'],
  proxyStatus: ProxyStatus | string,
  responder: Responder,
): Fault => ({
  name,
  status,
  proxyStatus: typeof proxyStatus === 'string' ? { error: proxyStatus } : proxyStatus,
  inject: (upstream) => upstream.respondWith(responder),
  responder,
});

/** All faults. */
export const faults: readonly Fault[] = [
  {
    name: 'refuses connections',
    status: 503,
    proxyStatus: { error: 'connection_refused' },
    inject: (upstream) => upstream.refuse(),
  },
  {
    name: 'has a name that does not resolve',
    status: 503,
    proxyStatus: { error: 'dns_error' },
    host: FLAKY_HOST,
    async inject(upstream) {
      breakDns();
      // Open connections need no name, so they are closed.
      await upstream.refuse();
      await upstream.accept();
    },
  },
  fault('accepts and never answers', 504, 'http_response_timeout', broken.silent),
  fault('sends headers, then a body that never ends', 504, 'http_response_timeout', broken.stalls),
  fault('drips its body, one byte every 50 ms', 504, 'http_response_timeout', broken.drips),
  fault('resets the connection before any byte', 502, 'connection_terminated', broken.resetsAtOnce),
  fault('closes the connection before any byte', 502, 'connection_terminated', broken.hangsUp),
  fault('cuts its body short', 502, 'http_response_incomplete', broken.cutsShort),
  fault(
    'resets the connection in the middle of its body',
    502,
    'http_response_incomplete',
    broken.resetsInBody,
  ),
  fault('cuts its chunked body short', 502, 'http_response_incomplete', broken.cutsChunks),
  fault('sends a body without end', 502, 'http_response_body_size', broken.endless),
  fault('answers 20 MB', 502, 'http_response_body_size', broken.huge),
  fault('answers 20 MB in chunks', 502, 'http_response_body_size', broken.hugeInChunks),
  fault('answers HTML', 502, 'http_protocol_error', broken.html),
  fault('answers broken JSON', 502, 'http_protocol_error', broken.sendsJson('{"id":5,"us')),
  fault('answers an array', 502, 'http_protocol_error', broken.sendsJson('[{"id":5}]')),
  fault('answers null', 502, 'http_protocol_error', broken.sendsJson('null')),
  fault(
    'answers with wrong types',
    502,
    'http_protocol_error',
    broken.sendsJson(broken.WRONG_TYPES),
  ),
  fault('answers with an empty body', 502, 'http_protocol_error', broken.sendsJson('')),
  fault('answers 204', 502, 'http_protocol_error', broken.status(204)),
  fault('redirects', 502, 'http_protocol_error', broken.redirects),
  fault('answers 401', 502, 'http_protocol_error', broken.status(401)),
  fault('answers 429', 503, { receivedStatus: 429 }, broken.status(429)),
  fault('answers 500', 502, { receivedStatus: 500 }, broken.status(500)),
  fault('answers 503 with HTML', 503, { receivedStatus: 503 }, broken.unavailableHtml),
  fault('sends huge headers', 502, 'http_response_header_section_size', broken.hugeHeaders),
  fault('sends bytes that are not HTTP', 502, 'http_protocol_error', broken.notHttp),
  fault('sends a broken gzip', 502, 'http_response_content_coding', broken.brokenGzip),
];

/** Unusual behaviour that is no fault: the gateway must respond as usual. */
export const quirks: readonly { readonly name: string; readonly responder: Responder }[] = [
  { name: 'has keys named __proto__ and constructor in its JSON', responder: broken.pollutes },
  { name: 'closes a kept-alive socket at the moment of reuse', responder: broken.closesOnReuse },
  { name: 'resets a kept-alive socket at the moment of reuse', responder: broken.resetsOnReuse },
  { name: 'closes the connection after each answer', responder: broken.closesAfterwards },
  { name: 'answers without Content-Length, in chunks', responder: broken.inChunks },
  { name: 'answers with unknown fields', responder: broken.addsFields },
  { name: 'answers with a field that is nested 100,000 deep', responder: broken.nestsDeep },
  { name: 'sends early hints first', responder: broken.sendsEarlyHints },
  { name: 'sends more bytes than its Content-Length', responder: broken.sendsExtraBytes },
];
