// The text of a heartbeat, and what is not one.
import { expect, test } from '@jest/globals';
import { formatHeartbeat, parseHeartbeat } from 'chassis/events/heartbeat';

const epochs = [
  { id: '4f1c9a22b7d0e853', beganAfter: 0 },
  { id: '5f1c9a22b7d0e853', beganAfter: 9 },
];

test('parses what it formats', () => {
  expect(parseHeartbeat(formatHeartbeat(42, epochs), 7)).toEqual({ offset: 42, epochs, at: 7 });
});

test.each([
  ['text that is not JSON', '{'],
  ['null', 'null'],
  ['no epochs', '{"offset":1}'],
  ['an offset as text', '{"offset":"1","epoch":"4f1c9a22b7d0e853:0"}'],
  ['a negative offset', '{"offset":-1,"epoch":"4f1c9a22b7d0e853:0"}'],
  ['an offset that is not exact', '{"offset":9007199254740992,"epoch":"4f1c9a22b7d0e853:0"}'],
  ['a long text', `{"offset":1,"epoch":"4f1c9a22b7d0e853:0"}${' '.repeat(1_000)}`],
])('ignores %s', (_, text) => {
  expect(parseHeartbeat(text, 0)).toBeUndefined();
});
