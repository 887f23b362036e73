import { getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

import { requireText, requireTexts } from '../arguments.js';
import { DantError, argumentError } from '../errors.js';
import { applyAssignments } from './assignments.js';
import { checkSettings, type CheckedSettings } from './complete.js';
import { isTree } from './tree.js';

/**
 * Reads the text of a settings file: JSON in which comments and trailing commas are welcome.
 * @param text The file's content; an empty object is legal.
 * @param sourceName How messages call the file.
 * @param assignments Settings of the command line, "clustering.max_distance=80", which count as if they stood in the file.
 * @throws DANT_SETTINGS for a syntax error, with its line, or with a list of all values that cannot be used.
 */
export function parseSettings(text: string, sourceName: string, assignments: readonly string[] = []): CheckedSettings {
  if (typeof text !== 'string') throw argumentError('text', 'the text of a settings file', text);
  requireText('sourceName', sourceName);
  requireTexts('assignments', assignments);
  const content = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const root = parseTree(content, errors, { allowTrailingComma: true });
  if (errors[0] !== undefined || root === undefined) throw syntaxError(content, sourceName, errors[0]);
  const given = getNodeValue(root) as unknown;
  const commandLine = isTree(given) ? applyAssignments(given, assignments) : new Set<string>();
  const { settings, warnings } = checkSettings(given, { name: sourceName, isFile: true, commandLine });
  return { settings, warnings: [...repeatedKeys(root).map((key) => `${sourceName}: ${key}`), ...warnings] };
}

const syntaxMessages: Record<string, string> = {
  InvalidSymbol: 'this is neither a number, true, false, nor a text in double quotes',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma before this',
  CloseBraceExpected: 'expected a closing }',
  CloseBracketExpected: 'expected a closing ]',
  EndOfFileExpected: 'expected the file to end here',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no closing quote',
  InvalidEscapeCharacter: 'after a backslash expected one of " \\ / b f n r t u; write \\ in a path as \\\\ or /',
  InvalidUnicode: 'expected four hexadecimal digits after \\u; write \\ in a path as \\\\ or /',
  InvalidCharacter: 'a text must not contain a control character such as a tab or a line break',
};

function syntaxError(content: string, sourceName: string, error?: ParseError): DantError {
  if (error === undefined || content.trim() === '') {
    return new DantError(
      'DANT_SETTINGS',
      `${sourceName} is empty; expected settings in { }. "dant init" writes a file.`,
    );
  }
  const before = content.slice(0, error.offset).split(/\r\n|\r|\n/);
  const line = content.split(/\r\n|\r|\n/)[before.length - 1]!;
  const column = before.at(-1)!.length + 1;
  const name = printParseErrorCode(error.error);
  // Long lines are cut around the mistake.
  const from = Math.max(0, column - 60);
  return new DantError(
    'DANT_SETTINGS',
    `${sourceName}:${before.length}:${column}: ${syntaxMessages[name] ?? name}.\n` +
      `  ${line.slice(from, from + 100)}\n  ${' '.repeat(column - 1 - from)}^`,
  );
}

/** JSON lets a key stand twice and the last one win; whoever edits by hand does not expect it. */
function repeatedKeys(node: Node, prefix = ''): string[] {
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return node.children!.flatMap((property) => {
    const [key, value] = property.children as [Node, Node];
    const path = prefix + String(key.value);
    const repeated = seen.has(path) ? [`${path} stands in the file more than once; the last one counts.`] : [];
    seen.add(path);
    return [...repeated, ...repeatedKeys(value, `${path}.`)];
  });
}
