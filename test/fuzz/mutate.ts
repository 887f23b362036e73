import type { Random } from '../../lib/random.js';

/** What breaks readers of texts. */
const tokens = [
  ...['NaN', 'Infinity', '-1', '0', '1e999', '9007199254740993', '4294967296', '0.5', 'null', 'true', '""', '"', "'"],
  ...[
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    ',',
    ':',
    '\t',
    '\n',
    '\r\n',
    '\\',
    '\u0000',
    'ä',
    '__proto__',
    '..',
    '~',
    '%',
    '<f8',
  ],
];

/** Bytes that are changed in one to four ways; the same for the same state of `random`. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let changed: Buffer = Buffer.from(bytes);
  for (let rounds = 1 + random.index(4); rounds > 0; rounds--) changed = mutatedOnce(changed, random);
  return changed;
}

function mutatedOnce(bytes: Buffer, random: Random): Buffer {
  const at = bytes.length === 0 ? 0 : random.index(bytes.length);
  const end = Math.min(bytes.length, at + 1 + random.index(16));
  const replaced = (middle: Uint8Array, from = at, to = at) =>
    Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
  const noise = () => Uint8Array.from({ length: 1 + random.index(8) }, () => random.index(256));
  const number = /\d+/g;
  switch (random.index(9)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at]! ^= 1 << random.index(8);
      return copy;
    }
    case 1:
      return replaced(Uint8Array.of([0, 255, 127, 128][random.index(4)]!), at, Math.min(bytes.length, at + 1));
    case 2:
      return Buffer.from(bytes.subarray(0, at));
    case 3:
      return replaced(new Uint8Array(), at, end);
    case 4:
      return replaced(bytes.subarray(at, end));
    case 5:
      return replaced(noise());
    case 6:
      return replaced(noise(), at, end);
    case 7:
      return replaced(Buffer.from(tokens[random.index(tokens.length)]!), at, random.chance(0.5) ? at : end);
    default: {
      // Another number in the place of one
      const found = [...bytes.toString('latin1', at, Math.min(bytes.length, at + 400)).matchAll(number)][0];
      if (!found) return Buffer.from(bytes);
      const from = at + found.index;
      return replaced(Buffer.from(tokens[random.index(8)]!), from, from + found[0].length);
    }
  }
}
