import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Hdf5File } from '../../lib/files/hdf5.js';
import { Hdf5Writer } from '../../lib/files/hdf5_writer.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();

/** A file of h5py 3.16 with 512 zeros that are compressed by LZF. */
const lzfFile = inflateSync(
  Buffer.from(
    [
      'eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KtvCi8mHyCVCaEUp3QOkVTDBxRrCcBFRcEGo+urqQIFdXkOr/aABmjwELhOZgGAUjEXi4',
      'OgaA6AgoH5ZKTzChqqtAS48eFNrLyMAGMYsRxoekZEZGqADMfijNDHQZSEaAA6YFkmJZgTSIz8TMBBbmZtAA82HGMNSC5JkZcqrS',
      'wFxQcmdlRJjLAbWXmYmpghVhJSPCpQl0iYdgP38XUI6G5UMF5tG0SQ4AlXeMWMo7HhzqV/CiCTChpvNRMApGwSgYBaNgFAw/AKzn',
      'H/xnePAaxAAAwdxEYA==',
    ].join(''),
    'base64',
  ),
);

describe('HDF5', () => {
  it('that is compressed by a filter that is not there is told, not called damaged', async () => {
    const path = join(folder.path, 'lzf.h5');
    writeFileSync(path, lzfFile);
    const file = await Hdf5File.open(path);
    await expect(file.numbers('x')).rejects.toThrow(
      /x is compressed by the HDF5 filter lzf, which cannot be undone here\. Write the file anew with gzip/,
    );
    await file.close();
  });

  it('that cannot be written is told of with the reason', async ({ skip }) => {
    const nowhere = join(folder.path, 'no', 'x.h5');
    await expect(Hdf5Writer.open(nowhere, 'w')).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: `${nowhere}: it cannot be written: No such file or directory.`,
    });
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    if (status !== 0) skip('No small disk can be made here.');
    try {
      const path = join(disk, 'full.h5');
      const writer = await Hdf5Writer.open(path, 'w');
      const fill = () => {
        const rows = writer.rows('x', 'float64', [2]);
        for (let i = 0; i < 20; i++) rows.add(new Float64Array(2 ** 16));
        writer.close();
      };
      expect(fill).toThrow(`${path}: the disk is full.`);
      writer.close();
    } finally {
      expect(spawnSync('umount', [disk]).status).toBe(0);
    }
  });
});
