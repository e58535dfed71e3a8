// Generated from openapi/gateway.yaml by `npm run generate -w contracts`; never edited by hand.
/** Lengths are in Unicode code points. A pattern means the same with and without the flag `u`. */
export const textRules = {
  "Username": {
    "minLength": 3,
    "maxLength": 30,
    "pattern": "^[A-Za-z0-9_]+$",
    "expected": "3 to 30 letters, digits or _"
  },
  "NewContent": {
    "minLength": 1,
    "maxLength": 5000,
    "pattern": "\\S",
    "expected": "a well-formed text of 1 to 5000 characters, not only white space, and without U+0000"
  },
  "Email": {
    "maxLength": 254,
    "pattern": "^[!-?A-~]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$",
    "expected": "an e-mail address of at most 254 characters"
  },
  "Login": {
    "minLength": 1,
    "maxLength": 254,
    "expected": "a username or an e-mail address"
  },
  "Password": {
    "minLength": 1,
    "maxLength": 1024,
    "expected": "a password"
  },
  "NewPassword": {
    "minLength": 8,
    "maxLength": 128,
    "expected": "a password of 8 to 128 characters"
  },
  "RefreshToken": {
    "minLength": 1,
    "maxLength": 512,
    "pattern": "^[\\x21-\\x7e]*$",
    "expected": "a refresh token"
  }
} as const;
