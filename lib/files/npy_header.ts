import { elementCount } from '../arrays.js';
import { argumentError } from '../errors.js';
import { parseDtype, type Dtype } from './dtype.js';
import { fileError } from './file_error.js';
import { parsePythonLiteral, type PythonLiteral } from './python_literal.js';

// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

/** What stands before the numbers of a .npy file. */
export interface NpyHeader {
  dtype: Dtype;
  /** Whether the first axis runs fastest in the file. */
  fortranOrder: boolean;
  shape: number[];
}

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version and the longest form of the header's length. */
export const npyPreambleBytes = 12;
const maxHeaderBytes = 1 << 20;

/**
 * The first bytes of a .npy file: where its header text starts and how long it is, in bytes.
 * `preamble` holds the file's first `npyPreambleBytes` bytes, fewer if the file is shorter.
 */
export function parseNpyPreamble(
  path: string,
  preamble: Uint8Array,
): { start: number; length: number; version: number } {
  const bytes = Buffer.from(preamble.buffer, preamble.byteOffset, preamble.byteLength);
  if (bytes.length === 0) throw fileError(path, 'expected a .npy file but found an empty file.');
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw fileError(path, 'expected a .npy file, which begins with "\\x93NUMPY", but found something else.');
  }
  const version = bytes[6];
  const start = version === 1 ? 10 : 12;
  if (version !== undefined && (version < 1 || version > 3)) {
    throw fileError(path, `expected version 1, 2 or 3 of the .npy format but found version ${version}.`);
  }
  if (version === undefined || bytes.length < start) {
    throw fileError(path, `the file is cut off: it ends after ${bytes.length} bytes, within the .npy header.`);
  }
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > maxHeaderBytes)
    throw fileError(path, `the .npy header claims to be ${length} bytes long: the file is damaged.`);
  return { start, length, version };
}

/** Reads the header's text, a Python dictionary. */
export function parseNpyHeader(path: string, text: string): NpyHeader {
  const { descr, fortran_order: fortranOrder, shape } = headerFields(path, text);
  if (typeof fortranOrder !== 'boolean') {
    throw fileError(path, 'the .npy header has no "fortran_order" that is True or False: the file is damaged.');
  }
  if (!isShape(shape)) throw fileError(path, 'the .npy header has no valid "shape": the file is damaged.');
  return { dtype: headerDtype(path, descr), fortranOrder, shape };
}

function headerFields(path: string, text: string): Record<string, PythonLiteral> {
  let fields: PythonLiteral;
  try {
    fields = parsePythonLiteral(text);
  } catch (error) {
    throw fileError(path, `the .npy header cannot be read (${(error as Error).message}): the file is damaged.`, error);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw fileError(path, 'the .npy header is not a dictionary: the file is damaged.');
  }
  return fields;
}

function headerDtype(path: string, descr: PythonLiteral | undefined): Dtype {
  if (descr === undefined) throw fileError(path, 'the .npy header has no "descr": the file is damaged.');
  if (typeof descr !== 'string') {
    throw fileError(
      path,
      'expected an array of numbers or text but found a structured array (records with named fields).',
    );
  }
  if (/^[<>|=]?O\d*$/.test(descr)) {
    throw fileError(
      path,
      'expected an array of numbers or text but found pickled Python objects, which are not read because they can run ' +
        'code. Save a plain numeric array instead, e.g. numpy.save(file, array.astype(float)).',
    );
  }
  const dtype = parseDtype(descr);
  if (!dtype)
    throw fileError(path, `expected integers, floats (f2, f4, f8), truth values or text but found type ${descr}.`);
  return dtype;
}

function isShape(value: PythonLiteral | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((length) => Number.isSafeInteger(length) && (length as number) >= 0) &&
    Number.isSafeInteger(elementCount(value as number[]) * 8)
  );
}

/** A shape as numpy prints it: "(3, 4)", "(5,)", "()". */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** The first bytes of a .npy file (format version 1.0, C order), as numpy.save writes them. */
export function formatNpyHeader({ name }: Dtype, shape: readonly number[]): Uint8Array {
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw argumentError('shape', 'lengths of at least 0', shape.join(', '));
  }
  const start = magic.length + 4;
  const fields = `{'descr': '${name}', 'fortran_order': False, 'shape': ${shapeText(shape)}, }`;
  // The numbers begin at a multiple of 64 bytes.
  const length = Math.ceil((start + fields.length + 1) / 64) * 64 - start;
  const header = Buffer.alloc(start + length);
  magic.copy(header);
  header.writeUInt8(1, magic.length);
  header.writeUInt16LE(length, start - 2);
  header.write(`${fields.padEnd(length - 1)}\n`, start, 'latin1');
  return header;
}
