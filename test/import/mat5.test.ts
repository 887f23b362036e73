import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { openMat5 } from '../../lib/import/matlab/mat5.js';
import { temporaryFolder } from '../cli/folder.js';
import { mat5File } from '../fuzz/mat5_file.js';

const folder = temporaryFolder();
const written = (bytes: Buffer) => {
  const path = join(folder.path, 'spikeInfo.mat');
  writeFileSync(path, bytes);
  return path;
};

it('reads a text of any length', async () => {
  const text = 'Rät 🐀'.repeat(50_000);
  const table = await openMat5(written(mat5File('spikeInfo', [{ Session: text }], true)), 'spikeInfo');
  expect(await table.read(0, 'Session')).toEqual({ kind: 'text', text });
});

it('says that names of fields without a length are damaged', async () => {
  const bytes = mat5File('spikeInfo', [{ Session: 'x' }], false);
  // The length of the names: an element of the type 5 (int32), 4 bytes long
  const at = bytes.indexOf(Buffer.from(Int32Array.of(5, 4, 32).buffer));
  bytes.writeInt32LE(0, at + 8);
  await expect(openMat5(written(bytes), 'spikeInfo')).rejects.toMatchObject({
    code: 'DANT_DATA',
    message: expect.stringContaining('spikeInfo: names of fields have a length of 0') as string,
  });
});
