// Reading and writing of arrays, in the form of bench/kernels.mjs. The limit is a plain file of the same size.
import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readNpy } from '../dist/files/npy.js';
import { writeNpy } from '../dist/files/npy_writer.js';
import { readNpz } from '../dist/files/npz.js';
import { writeNpz } from '../dist/files/npz_writer.js';

const plain = { write: (file, { data }) => writeFile(file, data), read: readFile };
const npy = { write: writeNpy, read: readNpy };
const npz = { write: (file, array) => writeNpz(file, { array }), read: readNpz };

const sizes = [{ megabytes: 1 }, { megabytes: 200 }];
const writing = (format, limit) => ({ unit: 'bytes', sizes, prepare: (size) => prepareWriting(format, size), limit });
const reading = (format, limit) => ({ unit: 'bytes', sizes, prepare: (size) => prepareReading(format, size), limit });

/** Plain files, measured like the others: what the file system can do. */
export const plainFiles = { write: writing(plain), read: reading(plain) };

export const files = {
  'write .npy': writing(npy, 'fileWrite'),
  'read .npy': reading(npy, 'fileRead'),
  'write .npz': writing(npz, 'fileWrite'),
  'read .npz': reading(npz, 'fileRead'),
};

const numbers = ({ megabytes }) => {
  const data = Float64Array.from({ length: megabytes * 125_000 }, (_, k) => Math.sqrt(k));
  return { data, shape: [data.length] };
};

async function prepareWriting({ write }, size) {
  const folder = await mkdtemp(join(tmpdir(), 'dant-bench-'));
  const array = numbers(size);
  return {
    work: array.data.byteLength,
    run: async () => {
      const file = join(folder, 'array');
      await write(file, array);
      await rm(file);
    },
    end: () => rm(folder, { recursive: true }),
  };
}

async function prepareReading({ write, read }, size) {
  const folder = await mkdtemp(join(tmpdir(), 'dant-bench-'));
  const array = numbers(size);
  const file = join(folder, 'array');
  await write(file, array);
  return { work: array.data.byteLength, run: () => read(file), end: () => rm(folder, { recursive: true }) };
}
