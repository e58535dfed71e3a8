// A strict parser of structured fields (RFC 9651, section 4.2), as far as Cache-Status and Proxy-Status use them: lists of
// tokens with parameters. It follows the grammar, not the code that it checks.

export interface Member {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | number | true>>;
}

const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y;
const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;

/** Returns the members of a list; none for an empty text. @throws when the text breaks the grammar or repeats a parameter */
export function members(text: string): Member[] {
  let offset = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    offset += found?.length ?? 0;
    return found;
  };
  const takeRequired = (pattern: RegExp): string => {
    const found = take(pattern);
    if (found === undefined) throw new Error(`not a list of tokens at ${offset}: ${text}`);
    return found;
  };
  const parameter = (): [string, string | number | true] => {
    const key = takeRequired(KEY);
    if (take(/=/y) === undefined) return [key, true];
    const digits = take(INTEGER);
    return [key, digits === undefined ? takeRequired(TOKEN) : Number(digits)];
  };
  const member = (): Member => {
    const name = takeRequired(TOKEN);
    const parameters: Record<string, string | number | true> = {};
    while (take(/; */y) !== undefined) {
      const [key, value] = parameter();
      if (key in parameters) throw new Error(`parameter ${key} is repeated: ${text}`);
      parameters[key] = value;
    }
    return { name, parameters };
  };

  if (text === '') return [];
  const found = [member()];
  while (offset < text.length) {
    takeRequired(/[ \t]*,[ \t]*/y);
    found.push(member());
  }
  return found;
}
