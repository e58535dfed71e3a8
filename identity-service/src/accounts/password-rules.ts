// Rules for new passwords (NIST SP 800-63B, section 3.1.1.2): long enough, not among the most common ones, and not made
// of the user's own name or e-mail. No rule demands digits or capitals. No message quotes a password.
import { dictionary } from '@zxcvbn-ts/language-common';
import { normalise } from './passwords.ts';

/** In Unicode code points, as sent (so says the contract, for forms) and after normalisation. */
const LENGTH = { min: 8, max: 128 } as const;

/** Shorter names are not looked for: they are in many words. */
const MIN_NAME_LENGTH = 4;

const common: ReadonlySet<string> = new Set(dictionary['passwords-common']);

const lengthOf = (text: string): number => Array.from(text).length;

/**
 * Returns the fault of a new password; undefined if the password is acceptable.
 * @param names of the user: usernames and e-mails
 */
export function passwordFault(password: string, names: readonly string[]): string | undefined {
  if (!password.isWellFormed() || password.includes('\0'))
    return 'expected well-formed Unicode text without U+0000';
  const text = normalise(password);
  const lengths = [lengthOf(password), lengthOf(text)];
  if (Math.min(...lengths) < LENGTH.min || Math.max(...lengths) > LENGTH.max)
    return `expected a password of ${LENGTH.min} to ${LENGTH.max} characters`;
  const lower = text.toLowerCase();
  if (common.has(lower) || isSequence(lower))
    return 'expected a password that is not among the most common ones';
  if (lengthOf(withoutNames(lower, names)) < LENGTH.min)
    return `expected ${LENGTH.min} characters beside the name and the e-mail`;
  return undefined;
}

/** Whether the text is one character repeated, or a series such as `23456789`. */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  const step = codes[1]! - codes[0]!;
  return (
    Math.abs(step) <= 1 && codes.every((code, at) => at === 0 || code === codes[at - 1]! + step)
  );
}

/** Removes the names, the e-mails and their local parts. */
function withoutNames(text: string, names: readonly string[]): string {
  const words = names.flatMap((name) => [name.toLowerCase(), name.toLowerCase().split('@', 1)[0]!]);
  return words
    .filter((word) => word.length >= MIN_NAME_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), text);
}
