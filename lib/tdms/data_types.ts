import type { NumericData } from '../arrays.js';

/** Values of a TDMS channel that are numbers; see `TdmsType.make`. */
export type TdmsKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'complex64'
  | 'complex128'
  | 'timestamp'
  | 'string';

export interface TdmsType {
  code: number;
  kind: TdmsKind;
  /** Of a value in the file; of a string, that of its end in the table before the texts */
  bytes: number;
  /** What is turned round in a file of the other byte order */
  wordBytes: 1 | 2 | 4 | 8;
  /**
   * An array for `count` values, of which it has one element each; complex numbers take two, real and imaginary; a time is the
   * µs since 1970-01-01 UTC.
   */
  make: (count: number) => NumericData;
}

const type = (
  code: number,
  kind: TdmsKind,
  bytes: number,
  wordBytes: TdmsType['wordBytes'],
  make: TdmsType['make'],
): [number, TdmsType] => [code, { code, kind, bytes, wordBytes, make }];

/** The types of values by their number in the file (NI, "TDMS File Format Internal Structure"). */
export const tdmsTypes: ReadonlyMap<number, TdmsType> = new Map([
  type(1, 'int8', 1, 1, (n) => new Int8Array(n)),
  type(2, 'int16', 2, 2, (n) => new Int16Array(n)),
  type(3, 'int32', 4, 4, (n) => new Int32Array(n)),
  type(4, 'int64', 8, 8, (n) => new BigInt64Array(n)),
  type(5, 'uint8', 1, 1, (n) => new Uint8Array(n)),
  type(6, 'uint16', 2, 2, (n) => new Uint16Array(n)),
  type(7, 'uint32', 4, 4, (n) => new Uint32Array(n)),
  type(8, 'uint64', 8, 8, (n) => new BigUint64Array(n)),
  type(9, 'float32', 4, 4, (n) => new Float32Array(n)),
  type(10, 'float64', 8, 8, (n) => new Float64Array(n)),
  // The same with a unit, which stands in a property
  type(0x19, 'float32', 4, 4, (n) => new Float32Array(n)),
  type(0x1a, 'float64', 8, 8, (n) => new Float64Array(n)),
  type(0x20, 'string', 4, 4, (n) => new Uint32Array(n)),
  type(0x21, 'bool', 1, 1, (n) => new Uint8Array(n)),
  type(0x44, 'timestamp', 16, 8, (n) => new BigInt64Array(n)),
  type(0x08000c, 'complex64', 8, 4, (n) => new Float32Array(2 * n)),
  type(0x10000d, 'complex128', 16, 8, (n) => new Float64Array(2 * n)),
]);

/** Types that there are but that no JavaScript number can hold, or that were never written to files. */
export const refusedTypes: ReadonlyMap<number, string> = new Map([
  [0, 'void'],
  [11, 'extended-precision float'],
  [0x1b, 'extended-precision float'],
  [0x4f, 'fixed-point'],
  [0xffffffff, 'DAQmx raw data'],
]);

const secondsTo1970 = 2_082_844_800n;

/** A time as the file has it, in µs since 1970-01-01 UTC: seconds since 1904, and 2⁻⁶⁴ s. Rounded down. */
export function microseconds(seconds: bigint, fraction: bigint): bigint {
  return (seconds - secondsTo1970) * 1_000_000n + ((fraction * 1_000_000n) >> 64n);
}

/** A moment; `toString` gives it as "2021-01-01T11:10:23.500000" (UTC). */
export class TdmsTime {
  constructor(
    /** Since 1970-01-01 UTC */
    readonly microseconds: bigint,
  ) {}

  toString(): string {
    const whole = ((this.microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const date = new Date(Number((this.microseconds - whole) / 1000n));
    if (Number.isNaN(date.getTime())) return `${this.microseconds} µs since 1970`;
    return `${date.toISOString().slice(0, -5)}.${String(whole).padStart(6, '0')}`;
  }
}
