import { elementCount, type NumericData } from '../arrays.js';
import { DantError, abortError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { constructorOf, machineIsLittleEndian, type Dtype } from './dtype.js';
import { fileError } from './file_error.js';
import { transposeFromFortran } from './fortran.js';
import type { NpyHeader } from './npy_header.js';

// One read takes well under 100 ms, so that an abort takes effect in time. (A single read of 2 GiB would fail.)
const partBytes = 32 * 2 ** 20;

/** Reads the numbers that follow the header, in C order and in this machine's byte order. */
export async function readNumbers(source: ByteSource, header: NpyHeader, signal?: AbortSignal): Promise<NumericData> {
  const { dtype, shape, fortranOrder } = header;
  const data = allocate(source.path, dtype, elementCount(shape));
  const { kind, itemBytes } = dtype;
  const perPart = partBytes / itemBytes;
  const halves = kind === 'f' && itemBytes === 2 ? new Uint16Array(Math.min(perPart, data.length)) : undefined;
  for (let first = 0; first < data.length; first += perPart) {
    if (signal?.aborted) throw abortError(signal);
    const count = Math.min(perPart, data.length - first);
    const bytes = halves
      ? new Uint8Array(halves.buffer, 0, count * itemBytes)
      : new Uint8Array(data.buffer, data.byteOffset + first * itemBytes, count * itemBytes);
    await readExactly(source, bytes);
    if (dtype.swapped) swapBytes(bytes, itemBytes);
    if (halves) widenHalves(halves.subarray(0, count), data as Float32Array, first);
  }
  return fortranOrder ? transposeFromFortran(data, shape) : data;
}

/** Reads the texts that follow the header, in C order. */
export async function readTexts(source: ByteSource, header: NpyHeader): Promise<string[]> {
  const { dtype, shape, fortranOrder } = header;
  const count = elementCount(shape);
  const bytes = Buffer.alloc(count * dtype.itemBytes);
  await readExactly(source, bytes);
  if (dtype.kind === 'U' && dtype.swapped === machineIsLittleEndian) swapBytes(bytes, 4);
  const texts = Array.from({ length: count }, (_, i) =>
    decodeText(bytes.subarray(i * dtype.itemBytes, (i + 1) * dtype.itemBytes), dtype),
  );
  if (!fortranOrder) return texts;
  const order = transposeFromFortran(Float64Array.from(texts.keys()), shape);
  return Array.from(order, (i) => texts[i]!);
}

async function readExactly(source: ByteSource, target: Uint8Array): Promise<void> {
  const found = await source.read(target);
  if (found < target.length) throw fileError(source.path, 'the file became shorter while it was read.');
}

function allocate(path: string, dtype: Dtype, length: number): NumericData {
  try {
    return new (constructorOf(dtype))(length);
  } catch (error) {
    const gigabytes = ((length * dtype.itemBytes) / 1e9).toFixed(1);
    throw new DantError('DANT_MEMORY', `${path}: there is not enough memory for its ${gigabytes} GB.`, {
      cause: error,
    });
  }
}

function swapBytes({ buffer, byteOffset, byteLength }: Uint8Array, itemBytes: number): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (itemBytes === 2) bytes.swap16();
  else if (itemBytes === 4) bytes.swap32();
  else if (itemBytes === 8) bytes.swap64();
}

function decodeText(bytes: Buffer, { kind }: Dtype): string {
  // Unused places at the end are zeros.
  if (kind === 'S') return bytes.toString('latin1').replace(/\0+$/, '');
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const code = bytes.readUInt32LE(at);
    characters.push(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
  }
  return characters.join('').replace(/\0+$/, '');
}

let halfValues: Float32Array | undefined;

/** Half-precision floats (IEEE 754 binary16) to single precision. */
function widenHalves(halves: Uint16Array, target: Float32Array, first: number): void {
  halfValues ??= Float32Array.from({ length: 0x10000 }, (_, bits) => {
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const sign = bits >> 15 ? -1 : 1;
    if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
  for (let i = 0; i < halves.length; i++) target[first + i] = halfValues[halves[i]!]!;
}
