// Usernames in paths and queries; the schema Username has the same rule for bodies, and a test compares them.

/** For `parseText`: a whole username, or the beginning of one. */
export const username = {
  pattern: /^[A-Za-z0-9_]{3,30}$/,
  expected: '3 to 30 letters, digits or _',
} as const;
