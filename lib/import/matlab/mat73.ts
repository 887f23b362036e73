import { fileError } from '../../files/file_error.js';
import { Hdf5File } from '../../files/hdf5.js';
import { textOfCodes, type MatlabValue, type StructArray } from './struct_array.js';

/**
 * A struct array of a .mat file of version 7.3, which is HDF5: each field is a set of references, but for a single struct,
 * whose fields are the values themselves. Rejects with DANT_DATA.
 */
export async function openMat73(path: string, variable: string): Promise<StructArray> {
  const file = await Hdf5File.open(path);
  try {
    const variables = (await file.members(''))!.filter((name) => !name.startsWith('#'));
    if (!variables.includes(variable)) {
      throw fileError(path, `expected the variable ${variable} but found ${variables.join(', ') || 'none'}.`);
    }
    const fields = await file.members(variable);
    if (fields === undefined || fields.length === 0) throw fileError(path, `${variable} is not a struct array.`);
    const targets = new Map<string, string[]>();
    for (const field of fields) {
      const name = `${variable}/${field}`;
      targets.set(field, (await isReference(file, name)) ? file.targets(name) : [name]);
    }
    const count = targets.get(fields[0]!)!.length;
    for (const [field, { length }] of targets) {
      if (length !== count)
        throw fileError(path, `${variable}.${field} has ${length} values but others have ${count}.`);
    }
    return {
      path,
      count,
      fields,
      read: (k, field) => readValue(file, targets.get(field)![k]!, `${variable}(${k + 1}).${field}`),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function isReference(file: Hdf5File, name: string): Promise<boolean> {
  const described = await file.describe(name);
  if (described === undefined) throw fileError(file.path, `${name} is a struct; expected numbers or text.`);
  return file.isReference(name);
}

async function readValue(file: Hdf5File, name: string, label: string): Promise<MatlabValue> {
  const described = await file.describe(name);
  const attributes = await file.attributes(name);
  const type = typeof attributes.MATLAB_class === 'string' ? attributes.MATLAB_class : 'double';
  if (described === undefined || !(type === 'char' || numberClasses.has(type))) {
    throw fileError(file.path, `${label} is of the class ${type}; expected numbers or text.`);
  }
  // What is stored of an empty array are its dimensions.
  if (attributes.MATLAB_empty) return type === 'char' ? text('') : numbers(new Float64Array(), [0, 0]);
  const data = await file.numbers(name);
  // HDF5's last axis runs fastest, MATLAB's first one.
  return type === 'char' ? text(textOfCodes(data)) : numbers(data, [...described.shape].reverse());
}

const text = (value: string): MatlabValue => ({ kind: 'text', text: value });
const numbers = (data: Float64Array, shape: number[]): MatlabValue => ({ kind: 'numbers', data, shape });

const integers = ['8', '16', '32', '64'].flatMap((bits) => [`int${bits}`, `uint${bits}`]);
const numberClasses = new Set(['double', 'single', 'logical', ...integers]);
