// Text of any Unicode code points. `fc.string({ unit: 'binary' })` is the same, but builds a table of all code points first.
import * as fc from 'fast-check';

const codePoint = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((code) => String.fromCodePoint(code))
  .filter((character) => character.isWellFormed());

/** Makes texts of at most `maxLength` code points, such as emoji and control characters, but no lone surrogates. */
export const anyText = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: codePoint, minLength, maxLength });
