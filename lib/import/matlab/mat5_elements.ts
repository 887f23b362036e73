import { fileError } from '../../files/file_error.js';
import { textOfCodes } from './struct_array.js';

/** A piece of data in a .mat file of version 5. */
export interface Element {
  type: ElementType;
  /** Bytes of its content; `end` is not part of it */
  begin: number;
  end: number;
  /** Where the following one begins */
  next: number;
}

export interface MatrixHeader {
  name: string;
  /** "number", "char", "struct", or the MATLAB class of what is not read here */
  className: string;
  isComplex: boolean;
  shape: number[];
  /** Where its first element begins */
  body: number;
}

type ElementType = (typeof elementTypes)[number];
const elementTypes = [
  '',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'single',
  '',
  'double',
  '',
  '',
  'int64',
  'uint64',
  'matrix',
  'compressed',
  'utf8',
  'utf16',
  'utf32',
] as const;

const itemBytes: Partial<Record<ElementType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  single: 4,
  double: 8,
  int64: 8,
  uint64: 8,
};

/** Classes of arrays, from 1; those from 6 to 15 are numbers. */
const otherClasses: Record<number, string> = {
  1: 'cell',
  2: 'struct',
  3: 'object',
  4: 'char',
  5: 'sparse',
  16: 'function_handle',
  17: 'opaque',
};
const complexFlag = 0x0800;

/** The elements of a .mat file of version 5, or of what one of them was compressed from. */
export class Mat5Elements {
  private readonly view: DataView;

  constructor(
    readonly path: string,
    private readonly bytes: Buffer,
    private readonly isLittle: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The element at a place. Throws DANT_DATA if it goes beyond the end. */
  element(at: number): Element {
    this.need(at, 8);
    const first = this.view.getUint32(at, this.isLittle);
    // Up to four bytes stand in the tag itself.
    const isSmall = first >>> 16 !== 0;
    const code = first & 0xffff;
    const size = isSmall ? first >>> 16 : this.view.getUint32(at + 4, this.isLittle);
    const begin = at + (isSmall ? 4 : 8);
    const type = elementTypes[code];
    if (type === undefined || type === '') {
      throw fileError(this.path, `there is something of the unknown type ${code} at byte ${at}. Is the file damaged?`);
    }
    this.need(begin, size);
    const end = begin + size;
    // All begin at multiples of eight bytes, but for what follows a compressed one.
    const next = isSmall ? at + 8 : type === 'compressed' ? end : at + 8 * Math.ceil((end - at) / 8);
    return { type, begin, end, next };
  }

  matrixHeader(matrix: Element): MatrixHeader {
    const flags = this.element(matrix.begin);
    const dimensions = this.element(flags.next);
    const name = this.element(dimensions.next);
    this.need(flags.begin, 8);
    const word = this.view.getUint32(flags.begin, this.isLittle);
    const code = word & 0xff;
    const isNumber = code >= 6 && code <= 15;
    return {
      name: this.latin1(name),
      className: isNumber ? 'number' : (otherClasses[code] ?? `number ${code}`),
      isComplex: (word & complexFlag) !== 0,
      shape: this.integers(dimensions),
      // An opaque object has no dimensions to read; it is refused by its class.
      body: name.next,
    };
  }

  latin1({ begin, end }: Element): string {
    return this.bytes.toString('latin1', begin, end);
  }

  integers(element: Element): number[] {
    return [...this.numbers(element)];
  }

  text(element: Element): string {
    const { type, begin, end } = element;
    if (type === 'utf8') return this.decoded('utf-8', begin, end);
    if (type === 'utf16') return this.decoded(this.isLittle ? 'utf-16le' : 'utf-16be', begin, end);
    return textOfCodes(this.numbers(element));
  }

  /** Numbers of any type, which may be narrower than the array's class. */
  numbers({ type, begin, end }: Element): Float64Array {
    const size = itemBytes[type];
    if (size === undefined) throw fileError(this.path, `there is ${type} at byte ${begin} where numbers should be.`);
    const { view, isLittle } = this;
    const read = readers[type as keyof typeof readers];
    const numbers = new Float64Array(Math.floor((end - begin) / size));
    for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, begin + i * size, isLittle);
    return numbers;
  }

  private decoded(encoding: string, begin: number, end: number): string {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(this.bytes.subarray(begin, end));
    } catch (error) {
      throw fileError(
        this.path,
        `the text at byte ${begin} is not ${encoding.toUpperCase()}. Is the file damaged?`,
        error,
      );
    }
  }

  private need(at: number, bytes: number): void {
    if (at + bytes <= this.bytes.length) return;
    throw fileError(
      this.path,
      `the file is cut off: ${at + bytes} bytes are needed but there are ${this.bytes.length}. Copy it anew.`,
    );
  }
}

const readers = {
  int8: (view: DataView, at: number) => view.getInt8(at),
  uint8: (view: DataView, at: number) => view.getUint8(at),
  int16: (view: DataView, at: number, isLittle: boolean) => view.getInt16(at, isLittle),
  uint16: (view: DataView, at: number, isLittle: boolean) => view.getUint16(at, isLittle),
  int32: (view: DataView, at: number, isLittle: boolean) => view.getInt32(at, isLittle),
  uint32: (view: DataView, at: number, isLittle: boolean) => view.getUint32(at, isLittle),
  single: (view: DataView, at: number, isLittle: boolean) => view.getFloat32(at, isLittle),
  double: (view: DataView, at: number, isLittle: boolean) => view.getFloat64(at, isLittle),
  int64: (view: DataView, at: number, isLittle: boolean) => Number(view.getBigInt64(at, isLittle)),
  uint64: (view: DataView, at: number, isLittle: boolean) => Number(view.getBigUint64(at, isLittle)),
};
