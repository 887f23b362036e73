import type { NumericData } from '../arrays.js';

/** The type of a .npy file's elements. */
export interface Dtype {
  /** As numpy writes it, e.g. "<f8" (little-endian double), "|b1" (truth value), "<U21" (text of up to 21 characters). */
  name: string;
  /** b: truth value, i/u: signed/unsigned integer, f: floating point, U/S: text in UTF-32/bytes. */
  kind: 'b' | 'i' | 'u' | 'f' | 'U' | 'S';
  /** Size of one element in bytes. */
  itemBytes: number;
  /** Whether the bytes of an element are in the order that this machine does not use. */
  swapped: boolean;
}

export const machineIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

interface NumericConstructor {
  new (length: number): NumericData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericData;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

const constructors: Record<string, NumericConstructor> = {
  b1: Uint8Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  f2: Float32Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** What JavaScript keeps numbers of this type in; half-precision floats are widened to single precision. */
export function constructorOf(dtype: Dtype): NumericConstructor {
  return constructors[`${dtype.kind}${dtype.itemBytes}`]!;
}

/** The bytes of each element in the other order, in place. */
export function swapBytes({ buffer, byteOffset, byteLength }: Uint8Array, itemBytes: number): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (itemBytes === 2) bytes.swap16();
  else if (itemBytes === 4) bytes.swap32();
  else if (itemBytes === 8) bytes.swap64();
}

/** The type that numpy calls `name`; undefined if it is none of those that can be read. */
export function parseDtype(name: string): Dtype | undefined {
  const [, order, kind, digits] = /^([<>|=]?)([biufUS])(\d{1,9})$/.exec(name === '?' ? '|b1' : name) ?? [];
  if (kind === undefined) return undefined;
  const swapped = (order === '<' && !machineIsLittleEndian) || (order === '>' && machineIsLittleEndian);
  const count = Number(digits);
  const dtype = { name, kind: kind as Dtype['kind'], itemBytes: kind === 'U' ? 4 * count : count, swapped };
  return isText(dtype) || `${kind}${count}` in constructors ? dtype : undefined;
}

export function isText({ kind }: Pick<Dtype, 'kind'>): boolean {
  return kind === 'U' || kind === 'S';
}
