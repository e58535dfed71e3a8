// Formats of our own, for rules about text that a pattern cannot state safely. Other validators ignore unknown formats.

/**
 * Each `format` with its check. A pattern such as `[^\uD800-\uDFFF]` depends on the regular expression flag `u`:
 * without the flag, as in the output of many code generators, it refuses every emoji.
 */
export const textFormats: Readonly<Record<string, (text: string) => boolean>> = {
  /** Unicode without lone surrogates. */
  'well-formed-text': (text) => text.isWellFormed(),
  /** The same, and without U+0000, which PostgreSQL cannot store. */
  'well-formed-text-without-nul': (text) => text.isWellFormed() && !text.includes('\0'),
};
