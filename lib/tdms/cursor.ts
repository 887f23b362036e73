import { fileError } from '../files/file_error.js';
import { microseconds, TdmsTime, tdmsTypes, refusedTypes, type TdmsType } from './data_types.js';

export type TdmsProperty = number | bigint | string | boolean | TdmsTime;

/** Reads the metadata of a segment from its beginning to its end, and never beyond. */
export class Cursor {
  private position = 0;
  private readonly view: DataView;

  /** @param offset Of the bytes in the file, for messages */
  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
    private readonly isLittle: boolean,
    private readonly offset: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), this.isLittle);
  }

  /** A length or count; what no file can have is refused. */
  uint64(): number {
    const value = this.view.getBigUint64(this.take(8), this.isLittle);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.broken(`a count of ${value}`);
    return Number(value);
  }

  text(): string {
    const length = this.uint32();
    const start = this.take(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, length).toString('utf8');
  }

  /** A number of objects or properties, each of which takes at least `bytes`. */
  count(bytes: number): number {
    const count = this.uint32();
    if (count * bytes > this.bytes.length - this.position) throw this.broken(`a list of ${count} entries`);
    return count;
  }

  type(): TdmsType {
    const code = this.uint32();
    const type = tdmsTypes.get(code);
    if (type) return type;
    const name = refusedTypes.get(code);
    if (name === undefined) throw this.broken(`the type ${code}`);
    throw fileError(this.path, `it has values of the type "${name}", which cannot be read here. Convert the file.`);
  }

  property(): TdmsProperty {
    const { kind, bytes } = this.type();
    if (kind === 'string') return this.text();
    const at = this.take(bytes);
    const { view, isLittle } = this;
    switch (kind) {
      case 'int8':
        return view.getInt8(at);
      case 'uint8':
        return view.getUint8(at);
      case 'bool':
        return view.getUint8(at) !== 0;
      case 'int16':
        return view.getInt16(at, isLittle);
      case 'uint16':
        return view.getUint16(at, isLittle);
      case 'int32':
        return view.getInt32(at, isLittle);
      case 'uint32':
        return view.getUint32(at, isLittle);
      case 'int64':
        return view.getBigInt64(at, isLittle);
      case 'uint64':
        return view.getBigUint64(at, isLittle);
      case 'float32':
        return view.getFloat32(at, isLittle);
      case 'float64':
        return view.getFloat64(at, isLittle);
      case 'complex64':
        return `${view.getFloat32(at, isLittle)} + ${view.getFloat32(at + 4, isLittle)}i`;
      case 'complex128':
        return `${view.getFloat64(at, isLittle)} + ${view.getFloat64(at + 8, isLittle)}i`;
      case 'timestamp':
        return new TdmsTime(timeAt(view, at, isLittle));
    }
  }

  /** The error for what cannot be. */
  broken(what: string): Error {
    return fileError(
      this.path,
      `the metadata at byte ${this.offset + this.position} say ${what}, which cannot be. The file is damaged: copy it anew.`,
    );
  }

  private take(length: number): number {
    const at = this.position;
    if (at + length > this.bytes.length) throw this.broken(`${length} bytes beyond their end`);
    this.position += length;
    return at;
  }
}

/** A time of 16 bytes, in µs since 1970; a big-endian file has the seconds first. */
export function timeAt(view: DataView, at: number, isLittle: boolean): bigint {
  return microseconds(
    view.getBigInt64(isLittle ? at + 8 : at, isLittle),
    view.getBigUint64(isLittle ? at : at + 8, isLittle),
  );
}
