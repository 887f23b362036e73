/** What a Python literal can hold here; tuples and lists are both arrays. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | { [key: string]: PythonLiteral };

const maxDepth = 20;
// Headers end with dozens of spaces.
const space = /\s*/y;

/**
 * Reads a Python literal made of dictionaries, tuples, lists, strings, integers, True, False and None, as the headers
 * of .npy files are. Throws a SyntaxError for anything else.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;

  const fail = (): never => {
    throw new SyntaxError(`unexpected ${at < text.length ? JSON.stringify(text[at]) : 'end'} at character ${at}`);
  };
  const skipSpace = () => {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
  };
  const accept = (token: string): boolean => {
    skipSpace();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  /** Items up to the closing bracket; a comma after the last one is allowed. */
  const items = (close: string, item: () => void): number => {
    let commas = 0;
    while (!accept(close)) {
      item();
      if (accept(',')) commas++;
      else if (accept(close)) break;
      else fail();
    }
    return commas;
  };

  const string = (quote: string): string => {
    let value = '';
    for (;;) {
      const character = text[at++];
      if (character === undefined || character === '\n') return fail();
      if (character === quote) return value;
      value += character === '\\' ? (text[at++] ?? fail()) : character;
    }
  };

  const value = (depth: number): PythonLiteral => {
    if (depth > maxDepth) fail();
    if (accept('{')) {
      const entries: [string, PythonLiteral][] = [];
      items('}', () => {
        const key = value(depth + 1);
        if (typeof key !== 'string' || !accept(':')) return fail();
        entries.push([key, value(depth + 1)]);
      });
      return Object.fromEntries(entries);
    }
    if (accept('[')) {
      const list: PythonLiteral[] = [];
      items(']', () => list.push(value(depth + 1)));
      return list;
    }
    if (accept('(')) {
      const list: PythonLiteral[] = [];
      const commas = items(')', () => list.push(value(depth + 1)));
      // (3) is a number in brackets, (3,) a tuple.
      return list.length === 1 && commas === 0 ? list[0]! : list;
    }
    if (accept("'")) return string("'");
    if (accept('"')) return string('"');
    if (accept('True')) return true;
    if (accept('False')) return false;
    if (accept('None')) return null;
    // Python 2 wrote long integers with an L.
    const integer = /^[+-]?\d+/.exec(text.slice(at, at + 40))?.[0] ?? fail();
    at += integer.length;
    if (text[at] === 'L') at++;
    return Number(integer);
  };

  const result = value(0);
  skipSpace();
  if (at < text.length) fail();
  return result;
}
