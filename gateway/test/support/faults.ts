// The closed list of the faults of an upstream, and what the gateway makes of each (RFC 9209).
import { breakDns, restoreDns, FLAKY_HOST } from './mock-dns.ts';
import type { Responder, StubServer } from 'chassis/testing/stub-server';
import * as broken from './faulty-responders.ts';

/** What Proxy-Status has about the failed upstream. */
export type ProxyStatus = { readonly error: string } | { readonly receivedStatus: number };

export interface Fault {
  /** Reads well after the upstream's name: "Identity <name>". */
  readonly name: string;
  readonly proxyStatus: ProxyStatus;
  /** The gateway's status when a required part fails in this way. */
  readonly status: 502 | 503 | 504;
  /** The upstream's host in the gateway's settings; 127.0.0.1 when left out. */
  readonly host?: string;
  readonly inject: (upstream: StubServer) => Promise<void> | void;
  /** What it does with a request; undefined when it gets none. */
  readonly behaviour?: Responder;
}

/** Ends every fault of an upstream, at the same address. */
export async function restore(upstream: StubServer): Promise<void> {
  restoreDns();
  upstream.respondWith();
  await upstream.accept();
}

const fault = (
  name: string,
  status: Fault['status'],
  proxyStatus: ProxyStatus | string,
  behaviour: Responder,
): Fault => ({
  name,
  status,
  proxyStatus: typeof proxyStatus === 'string' ? { error: proxyStatus } : proxyStatus,
  inject: (upstream) => upstream.respondWith(behaviour),
  behaviour,
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
      // Open connections need no name.
      await upstream.refuse();
      await upstream.accept();
    },
  },
  fault('accepts and never answers', 504, 'http_response_timeout', broken.silent),
  fault('sends headers, then a body that never ends', 504, 'http_response_timeout', broken.stalls),
  fault('drips its body, a byte each 50 ms', 504, 'http_response_timeout', broken.drips),
  fault('is reset before any byte', 502, 'connection_terminated', broken.resetsAtOnce),
  fault('hangs up before any byte', 502, 'connection_terminated', broken.hangsUp),
  fault('cuts its body short', 502, 'http_response_incomplete', broken.cutsShort),
  fault('is reset in its body', 502, 'http_response_incomplete', broken.resetsInBody),
  fault('cuts its chunked body', 502, 'http_response_incomplete', broken.cutsChunks),
  fault('streams for ever', 502, 'http_response_body_size', broken.endless),
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
  fault('answers with nothing', 502, 'http_protocol_error', broken.sendsJson('')),
  fault('answers 204', 502, 'http_protocol_error', broken.status(204)),
  fault('redirects', 502, 'http_protocol_error', broken.redirects),
  fault('answers 401', 502, { receivedStatus: 401 }, broken.status(401)),
  fault('answers 429', 503, { receivedStatus: 429 }, broken.status(429)),
  fault('answers 500', 502, { receivedStatus: 500 }, broken.status(500)),
  fault('answers 503 with HTML', 503, { receivedStatus: 503 }, broken.unavailableHtml),
  fault('sends huge headers', 502, 'http_response_header_section_size', broken.hugeHeaders),
  fault('sends bytes that are not HTTP', 502, 'http_protocol_error', broken.notHttp),
  fault('sends a broken gzip', 502, 'http_response_content_coding', broken.brokenGzip),
];

/** Unusual behaviour that is no fault: the gateway must serve as usual. */
export const quirks: readonly { readonly name: string; readonly behaviour: Responder }[] = [
  { name: 'has keys named __proto__ and constructor in its JSON', behaviour: broken.pollutes },
  { name: 'closes a kept-alive socket at the moment of reuse', behaviour: broken.closesOnReuse },
  { name: 'resets a kept-alive socket at the moment of reuse', behaviour: broken.resetsOnReuse },
  { name: 'closes the connection after each answer', behaviour: broken.closesAfterwards },
  { name: 'answers without Content-Length, in chunks', behaviour: broken.inChunks },
  { name: 'answers with fields that nobody knows', behaviour: broken.addsFields },
  { name: 'answers with a field that is nested 100,000 deep', behaviour: broken.nestsDeep },
  { name: 'sends early hints first', behaviour: broken.sendsEarlyHints },
  { name: 'sends more bytes than its answer has', behaviour: broken.sendsExtraBytes },
];
