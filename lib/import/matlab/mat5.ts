import { readFile, stat } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';

import { fileError, systemFileError } from '../../files/file_error.js';
import { Mat5Elements, type Element } from './mat5_elements.js';
import type { MatlabValue, StructArray } from './struct_array.js';

/** A variable of version 5 cannot be larger. */
const mostBytes = 2 ** 31 - 1;
const headerBytes = 128;

/**
 * A struct array of a .mat file of version 5 to 7, compressed or not (MathWorks, "MAT-File Level 5 File Format"). Numbers and
 * text are read; cells, objects, sparse and complex arrays are refused by name where they are asked for. Rejects with DANT_DATA.
 */
export async function openMat5(path: string, variable: string): Promise<StructArray> {
  const bytes = await readWhole(path);
  const order = bytes.toString('latin1', 126, 128);
  if (order !== 'IM' && order !== 'MI') throw fileError(path, 'this is not a .mat file of version 5 to 7.3.');
  const isLittle = order === 'IM';
  const found: string[] = [];
  const file = new Mat5Elements(path, bytes, isLittle);
  for (let at = headerBytes; at < bytes.length;) {
    const element = file.element(at);
    at = element.next;
    let matrix: Mat5Elements = file;
    let content = element;
    if (element.type === 'compressed') {
      matrix = new Mat5Elements(path, inflate(path, bytes.subarray(element.begin, element.end)), isLittle);
      content = matrix.element(0);
    }
    if (content.type !== 'matrix' || content.begin === content.end) continue;
    const { name } = matrix.matrixHeader(content);
    if (name === variable) return structArray(matrix, content, variable);
    found.push(name);
  }
  const names = found.filter((name) => name !== '');
  throw fileError(path, `expected the variable ${variable} but found ${names.join(', ') || 'none'}.`);
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) {
      throw fileError(path, 'the file is over 2 GB, too large for its version. Save it with: save -v7.3.');
    }
    if (size < headerBytes) throw fileError(path, `the file is cut off: a header needs ${headerBytes} bytes.`);
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw systemFileError(path, error);
  }
}

function inflate(path: string, bytes: Uint8Array): Buffer {
  try {
    return inflateSync(bytes);
  } catch (error) {
    throw fileError(
      path,
      `a compressed variable cannot be read (${(error as Error).message}). Copy the file anew.`,
      error,
    );
  }
}

function structArray(file: Mat5Elements, matrix: Element, variable: string): StructArray {
  const { path } = file;
  const { className, shape, body } = file.matrixHeader(matrix);
  if (className !== 'struct')
    throw fileError(path, `${variable} is of the class ${className}; expected a struct array.`);
  const width = file.element(body);
  const names = file.element(width.next);
  const [nameBytes = 0] = file.integers(width);
  if (!Number.isInteger(nameBytes) || nameBytes < 1) {
    throw fileError(
      path,
      `${variable}: names of fields have a length of ${nameBytes}. Is the file damaged? Copy it anew.`,
    );
  }
  const all = file.latin1(names);
  const fields = Array.from({ length: all.length / nameBytes }, (_, i) =>
    all.slice(i * nameBytes, (i + 1) * nameBytes).replace(/\0.*$/s, ''),
  );
  const count = shape.reduce((product, length) => product * length, 1);
  const values: Element[] = [];
  let at = names.next;
  for (let i = 0; i < count * fields.length; i++) {
    const value = file.element(at);
    values.push(value);
    at = value.next;
  }
  return {
    path,
    count,
    fields,
    read: (k, field) =>
      Promise.resolve(
        readValue(file, values[k * fields.length + fields.indexOf(field)]!, `${variable}(${k + 1}).${field}`),
      ),
    close: () => Promise.resolve(),
  };
}

function readValue(file: Mat5Elements, matrix: Element, label: string): MatlabValue {
  if (matrix.begin === matrix.end) return { kind: 'numbers', data: new Float64Array(), shape: [0, 0] };
  const { className, isComplex, shape, body } = file.matrixHeader(matrix);
  const refuse = (what: string) => fileError(file.path, `${label} is ${what}; expected numbers or text.`);
  if (isComplex) throw refuse('complex');
  if (className === 'char') return { kind: 'text', text: file.text(file.element(body)) };
  if (className !== 'number') throw refuse(`of the class ${className}`);
  const data = file.numbers(file.element(body));
  const expected = shape.reduce((product, length) => product * length, 1);
  if (data.length !== expected) {
    throw fileError(
      file.path,
      `${label} holds ${data.length} numbers; its shape is ${shape.join(' × ')}. Copy the file anew.`,
    );
  }
  return { kind: 'numbers', data, shape };
}
