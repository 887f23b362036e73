/** Builds TDMS files byte by byte, independently of the package. */
export interface BuiltChannel {
  path: string;
  code: number;
  /** (chunks) bytes of each chunk, little endian */
  chunks: Uint8Array[];
  count: number;
  wordBytes: number;
  itemBytes: number;
}

export class Bytes {
  private readonly parts: Buffer[] = [];

  constructor(readonly little: boolean) {}

  u32(value: number): this {
    const bytes = Buffer.alloc(4);
    if (this.little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return this.raw(bytes);
  }

  u64(value: bigint): this {
    const bytes = Buffer.alloc(8);
    if (this.little) bytes.writeBigUInt64LE(value);
    else bytes.writeBigUInt64BE(value);
    return this.raw(bytes);
  }

  f64(value: number): this {
    const bytes = Buffer.alloc(8);
    if (this.little) bytes.writeDoubleLE(value);
    else bytes.writeDoubleBE(value);
    return this.raw(bytes);
  }

  text(value: string): this {
    return this.u32(Buffer.byteLength(value)).raw(Buffer.from(value));
  }

  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  /** Words of the other order where the file has it */
  words(bytes: Uint8Array, wordBytes: number): this {
    const copy = Buffer.from(bytes);
    if (!this.little) for (let at = 0; at < copy.length; at += wordBytes) copy.subarray(at, at + wordBytes).reverse();
    return this.raw(copy);
  }

  done(): Buffer {
    return Buffer.concat(this.parts);
  }
}

export const toc = { metadata: 2, newObjects: 4, rawData: 8, interleaved: 32, bigEndian: 64, daqmx: 128 };

export function segment(flags: number, meta: Uint8Array, data: Uint8Array, isOpen = false): Buffer {
  const bytes = new Bytes((flags & toc.bigEndian) === 0);
  const tag = new Bytes(true).raw(Buffer.from('TDSm')).u32(flags).done();
  bytes
    .raw(tag)
    .u32(4713)
    .u64(isOpen ? 2n ** 64n - 1n : BigInt(meta.length + data.length))
    .u64(BigInt(meta.length));
  return bytes.raw(meta).raw(data).done();
}
