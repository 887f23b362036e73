import * as z from 'zod';

import { resolvePath } from './resolve_path.js';

/** One setting. Everything that the package knows about it stands here; see `table.ts`. */
export interface Row<Value = unknown> {
  /** What the value must be. The message of each of its issues is the phrase that follows "expected". */
  schema: z.ZodType<Value>;
  /** The phrase that follows "expected", with range and unit: "a number above 0 µm". */
  expected: string;
  /** Placeholder of the value on the command line. */
  placeholder: string;
  /** The values to choose from, where there is such a list. */
  choices: readonly string[];
  /** The documented default: what `dant init` writes and what library users get. */
  default: Value;
  /** What holds when a settings file lacks the key, where pyDANT's rule differs from `default`. */
  absentInFile?: Value;
  /** One sentence for people. */
  about: string;
  /** Reads the value of `--set key=text`; what it cannot read stays text, for the schema to refuse. */
  fromText(text: string): unknown;
}

/** What a row states itself; its kind provides the rest. */
type Facts<Value> = Pick<Row<Value>, 'default' | 'absentInFile' | 'about'>;

interface Range {
  /** Smallest legal value. */
  min?: number;
  /** Largest legal value. */
  max?: number;
  /** Values must be larger than this. */
  above?: number;
  /** One more legal value, outside the range. */
  or?: number;
  unit?: string;
}

export function integer(range: Range, facts: Facts<number>): Row<number> {
  return numeric('an integer', z.number().int(), range, facts);
}

export function number(range: Range, facts: Facts<number>): Row<number> {
  return numeric('a number', z.number(), range, facts);
}

function numeric(noun: string, kind: z.ZodNumber, range: Range, facts: Facts<number>): Row<number> {
  const { min = -Infinity, max = Infinity, above = -Infinity, or, unit } = range;
  const inUnit = unit === undefined ? '' : ` ${unit}`;
  const expected =
    noun +
    (above > -Infinity ? ` above ${above}${inUnit}` : '') +
    (min > -Infinity ? (max < Infinity ? ` from ${min} to ${max}${inUnit}` : ` of at least ${min}${inUnit}`) : '') +
    (or === undefined ? '' : `, or ${or}`);
  const legal = (value: unknown) =>
    kind.safeParse(value).success &&
    (value === or || ((value as number) >= min && (value as number) <= max && (value as number) > above));
  return {
    schema: z.custom<number>(legal, { error: expected }),
    expected,
    placeholder: noun.split(' ')[1]!,
    choices: [],
    fromText: jsonOrText,
    ...facts,
  };
}

export function flag(facts: Facts<boolean>): Row<boolean> {
  const expected = 'true or false';
  return {
    schema: z.boolean({ error: expected }),
    expected,
    placeholder: 'true|false',
    choices: [],
    fromText: jsonOrText,
    ...facts,
  };
}

export function choice<const Name extends string>(names: readonly Name[], facts: Facts<Name>): Row<Name> {
  const expected = either(names);
  return {
    schema: z.enum(names, { error: expected }),
    expected,
    placeholder: names.join('|'),
    choices: names,
    fromText: (text) => text,
    ...facts,
  };
}

/** A file or folder, relative to the working directory on the command line. `optional`: null and "" mean none. */
export function path(noun: string, { optional = false }, facts: Facts<string>): Row<string> {
  const expected = `the path of ${noun}, in quotes` + (optional ? ', or ""' : '');
  // "C:\temp" in JSON means a tab: whoever meant a folder gets to know.
  const separators = 'a path without tabs or line breaks (write \\ as \\\\ or as /)';
  // eslint-disable-next-line no-control-regex
  const schema = z.string({ error: expected }).regex(/^[^\u0000-\u001f]*$/, { error: separators });
  return {
    schema: optional ? schema.nullable().transform((value) => value ?? '') : schema.min(1, { error: expected }),
    expected,
    placeholder: 'path',
    choices: [],
    fromText: (text) => (text === '' ? '' : resolvePath(text, process.cwd())),
    ...facts,
  };
}

/** A list of different names out of `names`. */
export function nameList<const Name extends string>(names: readonly Name[], facts: Facts<Name[]>): Row<Name[]> {
  const expected = `a list of features out of ${names.join(', ')}`;
  return {
    schema: nameListSchema(names),
    expected,
    placeholder: 'names',
    choices: names,
    fromText: (text) => (isBracketed(text) ? bracketedNames(text) : splitNames(text)),
    ...facts,
  };
}

/** A list of lists of different names out of `names`; on the command line, lists are separated by semicolons. */
export function nameLists<const Name extends string>(names: readonly Name[], facts: Facts<Name[][]>): Row<Name[][]> {
  const expected = `a list of lists of features out of ${names.join(', ')}`;
  return {
    schema: z.array(nameListSchema(names), { error: expected }).min(1, { error: expected }),
    expected,
    placeholder: 'names;names;…',
    choices: names,
    fromText: (text) => (isBracketed(text) ? bracketedNames(text) : text.split(';').map(splitNames)),
    ...facts,
  };
}

function nameListSchema<const Name extends string>(names: readonly Name[]) {
  const list = `a list such as [${names
    .slice(0, 2)
    .map((name) => `"${name}"`)
    .join(', ')}]`;
  return z
    .array(z.enum(names, { error: either(names) }), { error: list })
    .min(1, { error: list })
    .refine((value) => new Set(value).size === value.length, { error: 'each feature only once' });
}

/** '"a", "b" or "c"' */
function either(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)!}`;
}

const isBracketed = (text: string) => text.trimStart().startsWith('[');

/** JSON, also without the quotes, which shells like to take away. */
const bracketedNames = (text: string) => jsonOrText(text.replaceAll(/"?([a-z]\w*)"?/gi, '"$1"'));

const splitNames = (text: string) => text.split(',').map((name) => name.trim());

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
