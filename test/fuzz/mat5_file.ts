import { deflateSync } from 'node:zlib';

/** A struct array of MATLAB: each of its structs has the same fields. */
export type Structs = readonly Readonly<
  Record<string, string | { shape: [number, number]; data: readonly number[] }>
>[];

const types = { int8: 1, uint16: 4, int32: 5, uint32: 6, double: 9, matrix: 14, compressed: 15 };
const classes = { struct: 2, char: 4, double: 6 };
const fieldBytes = 32;

/** A .mat file of version 5 with one struct array (MathWorks, "MAT-File Level 5 File Format"). */
export function mat5File(variable: string, structs: Structs, isCompressed: boolean): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file', 'latin1');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  const fields = Object.keys(structs[0]!);
  const names = Buffer.concat(fields.map((field) => Buffer.from(field.padEnd(fieldBytes, '\0'), 'latin1')));
  const values = structs.flatMap((struct) => fields.map((field) => valueOf(struct[field]!)));
  const matrix = matrixOf(classes.struct, [1, structs.length], variable, [
    element(types.int32, int32(fieldBytes)),
    element(types.int8, names),
    ...values,
  ]);
  if (!isCompressed) return Buffer.concat([header, matrix]);
  const packed = deflateSync(matrix);
  return Buffer.concat([header, int32(types.compressed, packed.length), packed]);
}

const int32 = (...numbers: number[]) => Buffer.from(Int32Array.from(numbers).buffer);

function element(type: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([int32(type, bytes.length), bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

function matrixOf(code: number, shape: readonly number[], name: string, content: readonly Buffer[]): Buffer {
  const own = [
    element(types.uint32, int32(code, 0)),
    element(types.int32, int32(...shape)),
    element(types.int8, Buffer.from(name, 'latin1')),
  ];
  return element(types.matrix, Buffer.concat([...own, ...content]));
}

function valueOf(value: Structs[number][string]): Buffer {
  if (typeof value === 'string') {
    return matrixOf(classes.char, [1, value.length], '', [element(types.uint16, Buffer.from(value, 'utf16le'))]);
  }
  const data = Buffer.from(Float64Array.from(value.data).buffer);
  return matrixOf(classes.double, value.shape, '', [element(types.double, data)]);
}
