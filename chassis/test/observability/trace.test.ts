// Request ids and trace contexts: valid ones are used, all others are replaced.
import { describe, expect, test } from '@jest/globals';
import { requestIdFrom, traceContextFrom, traceparentFrom } from 'chassis/observability/trace';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a request id', () => {
  test.each(['a', 'A-1.b_c~d:e+f/g=', 'x'.repeat(128)])('is used when it is valid: %s', (id) => {
    expect(requestIdFrom(id)).toBe(id);
  });

  test.each([undefined, '', 'a b', 'a\r\nSet-Cookie: x', '<script>', 'x'.repeat(129), ['a']])(
    'is replaced when it is not valid: %j',
    (id) => {
      expect(requestIdFrom(id)).toMatch(UUID);
    },
  );
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  test.each([
    [`00-${TRACE}-${SPAN}-00`, '00'],
    [`00-${TRACE}-${SPAN}-01`, '01'],
    [`cc-${TRACE}-${SPAN}-01-what-the-future-may-be`, '01'],
    [`00-${TRACE}-${SPAN}-03`, '01'],
    [`00-${TRACE}-${SPAN}-fe`, '00'],
    [`cc-${TRACE}-${SPAN}-ff`, '01'],
    [`00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`, '01'],
    [`00-${TRACE}-00f067aa0ba902b7-00, 00-${TRACE}-${SPAN}-01`, '01'],
  ])('%s keeps its trace id and the sampled flag, and gets a new span id', (header, flags) => {
    const made = traceparentFrom(header);
    expect(made).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
    expect(made).not.toContain(SPAN);
  });

  test.each([
    undefined,
    '',
    TRACE,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}`,
    `cc-${TRACE}-${SPAN}-01.${'x'.repeat(10)}`,
    `00-${TRACE}-${SPAN}-01, 00-4bf92f3577b34da6a3ce929d0e0e4736-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, malformed`,
    Array.from({ length: 5 }, () => `00-${TRACE}-${SPAN}-01`).join(', '),
  ])('starts a new trace that is not sampled when the header is %s', (header) => {
    const made = traceparentFrom(header);
    expect(made).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    expect(made).not.toContain(TRACE);
  });

  test('has a new trace id each time', () => {
    const made = Array.from({ length: 2_000 }, () => traceparentFrom(undefined));
    expect(new Set(made).size).toBe(2_000);
  });
});

describe('the state of a trace and the baggage', () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`;

  test('travel with the request', () => {
    expect(traceContextFrom({ traceparent, tracestate: 'a=1,b=2', baggage: 'c=3' })).toMatchObject({
      tracestate: 'a=1,b=2',
      baggage: 'c=3',
    });
  });

  test('do not when they are too long or not printable', () => {
    const context = { traceparent, tracestate: 'a'.repeat(513), baggage: 'a=\u00e9' };
    expect(traceContextFrom(context)).toMatchObject({ tracestate: undefined, baggage: undefined });
  });

  test('part when the traceparent is malformed: the state belongs to its trace, the baggage does not', () => {
    expect(traceContextFrom({ tracestate: 'a=1', baggage: 'c=3' })).toMatchObject({
      tracestate: undefined,
      baggage: 'c=3',
    });
  });
});
