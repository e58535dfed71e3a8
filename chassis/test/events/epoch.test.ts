// Epochs of a log: on the wire, and whether a log continues an offset.
import { describe, expect, test } from '@jest/globals';
import {
  type Epochs,
  epochAt,
  formatEpochs,
  isContinuation,
  parseEpochs,
} from 'chassis/events/epoch';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(16)) as [string, string, string];
/** `b` began after offset 7, in which the events 8 and 9 of `a` are lost; `c` began after 1,005. */
const epochs: Epochs = [
  { id: a, beganAfter: 0 },
  { id: b, beganAfter: 7 },
  { id: c, beganAfter: 1_005 },
];

test('are the same after formatting and parsing', () => {
  expect(formatEpochs(epochs)).toBe(`${a}:0,${b}:7,${c}:1005`);
  expect(parseEpochs(formatEpochs(epochs))).toEqual(epochs);
});

test.each([
  undefined,
  null,
  7,
  '',
  a,
  `${a}:`,
  `${a}:-1`,
  `${a}:07`,
  `${a}:0,`,
  `${a.toUpperCase()}:0`,
  `${a}:9007199254740992`,
  `${a}:7,${b}:6`,
])('%j is no epochs', (text) => {
  expect(parseEpochs(text)).toBeUndefined();
});

test.each([
  [0, a],
  [7, a],
  [8, b],
  [1_005, b],
  [1_006, c],
])('the event at offset %i belongs to %s', (offset, id) => {
  expect(epochAt(epochs, offset)).toBe(id);
});

describe('a log', () => {
  test.each([
    ['the end of an epoch', a, 7],
    ['the middle of an epoch', a, 3],
    ['the end of a later epoch', b, 1_005],
    ['its own epoch', c, 2_000],
    ['an unknown epoch', undefined, 9],
    ['the beginning of another log', 'd'.repeat(16), 0],
  ])('continues %s', (_, epoch, offset) => {
    expect(isContinuation({ offset, epoch }, epochs)).toBe(true);
  });

  test.each([
    ['events that are lost in it', a, 8],
    ['an offset that was given twice', a, 1_000],
    ['events that are lost in a later epoch', b, 1_006],
    ['another log', 'd'.repeat(16), 3],
  ])('does not continue %s', (_, epoch, offset) => {
    expect(isContinuation({ offset, epoch }, epochs)).toBe(false);
  });

  test('of a release without epochs continues everything', () => {
    expect(isContinuation({ offset: 9, epoch: a }, undefined)).toBe(true);
  });
});
