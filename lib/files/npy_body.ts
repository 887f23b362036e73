import { elementCount, type NumericData } from '../arrays.js';
import { DantError, abortError } from '../errors.js';
import { sharedArray } from '../native/memory.js';
import { runNative } from '../native/run.js';
import type { ByteSource } from './byte_source.js';
import { constructorOf, machineIsLittleEndian, swapBytes, type Dtype } from './dtype.js';
import { fileError } from './file_error.js';
import type { NpyHeader } from './npy_header.js';

// One read takes well under 100 ms, so that an abort takes effect in time. (A single read of 2 GiB would fail.)
const partBytes = 32 * 2 ** 20;
const slabBytes = 256 * 2 ** 20;

/** Reads the numbers that follow the header, in C order and in this machine's byte order. */
export async function readNumbers(source: ByteSource, header: NpyHeader, signal?: AbortSignal): Promise<NumericData> {
  const { dtype, shape, fortranOrder } = header;
  const isList = shape.filter((length) => length !== 1).length <= 1;
  const lent = (isList || !fortranOrder) && lentNumbers(source, dtype, elementCount(shape));
  if (lent) return lent;
  const data = allocate(source.path, dtype, elementCount(shape));
  if (fortranOrder && !isList) {
    await readFortranOrder(source, dtype, shape, data, signal);
  } else {
    await readElements(source, dtype, data, signal);
  }
  return data;
}

/** The next numbers where the source has them, if they are in memory as they must be. */
function lentNumbers(source: ByteSource, dtype: Dtype, length: number): NumericData | undefined {
  const type = constructorOf(dtype);
  if (dtype.swapped || type.BYTES_PER_ELEMENT !== dtype.itemBytes) return undefined;
  const bytes = source.lend?.(length * dtype.itemBytes, dtype.itemBytes);
  return bytes && new type(bytes.buffer, bytes.byteOffset, length);
}

/** Fills `target` with the next elements of the file, which are in C order. */
export async function readElements(
  source: ByteSource,
  dtype: Dtype,
  target: NumericData,
  signal?: AbortSignal,
): Promise<void> {
  const { kind, itemBytes, swapped } = dtype;
  const perPart = partBytes / itemBytes;
  const halves = kind === 'f' && itemBytes === 2 ? new Uint16Array(Math.min(perPart, target.length)) : undefined;
  for (let first = 0; first < target.length; first += perPart) {
    if (signal?.aborted) throw abortError(signal);
    const count = Math.min(perPart, target.length - first);
    const bytes = halves
      ? new Uint8Array(halves.buffer, 0, count * itemBytes)
      : new Uint8Array(target.buffer, target.byteOffset + first * itemBytes, count * itemBytes);
    await readExactly(source, bytes);
    if (swapped) swapBytes(bytes, itemBytes);
    if (halves) widenHalves(halves.subarray(0, count), target as Float32Array, first);
  }
}

/** The same for a whole array whose first axis runs fastest: slab by slab of its last axis, to bound the memory. */
async function readFortranOrder(
  source: ByteSource,
  dtype: Dtype,
  shape: readonly number[],
  target: NumericData,
  signal?: AbortSignal,
): Promise<void> {
  if (target.length === 0) return;
  const itemBytes = target.BYTES_PER_ELEMENT;
  const slices = shape.at(-1)!;
  const perSlice = target.length / slices;
  const perSlab = Math.min(slices, Math.max(1, Math.floor(slabBytes / (perSlice * itemBytes))));
  const whole = allocate(source.path, dtype, perSlab * perSlice);
  for (let firstSlice = 0; firstSlice < slices; firstSlice += perSlab) {
    const slab = whole.subarray(0, Math.min(perSlab, slices - firstSlice) * perSlice);
    await readElements(source, dtype, slab, signal);
    await runNative(
      (native, control) =>
        native.fortranToC({ ...control, slab, target, shape: Float64Array.from(shape), itemBytes, firstSlice }),
      { signal },
    );
  }
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
  return fortranOrder ? fortranOrderIndices(shape).map((i) => texts[i]!) : texts;
}

/** For each element in C order: which one it is in Fortran order. */
function fortranOrderIndices(shape: readonly number[]): number[] {
  return shape.reduceRight<{ stride: number; indices: number[] }>(
    ({ indices }, length, axis) => {
      const stride = elementCount(shape.slice(0, axis));
      return { stride, indices: Array.from({ length }, (_, i) => indices.map((index) => i * stride + index)).flat() };
    },
    { stride: 1, indices: [0] },
  ).indices;
}

async function readExactly(source: ByteSource, target: Uint8Array): Promise<void> {
  const found = await source.read(target);
  if (found < target.length) throw fileError(source.path, 'the file became shorter while it was read.');
}

export function allocate(path: string, dtype: Dtype, length: number): NumericData {
  try {
    return sharedArray(constructorOf(dtype), length);
  } catch (error) {
    const gigabytes = ((length * dtype.itemBytes) / 1e9).toFixed(1);
    throw new DantError('DANT_MEMORY', `${path}: there is not enough memory for its ${gigabytes} GB.`, {
      cause: error,
    });
  }
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
