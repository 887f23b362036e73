import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../../lib/dataset/load.js';
import { importMatlab } from '../../../lib/import/matlab/import_matlab.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { haveShelf, numbersOf, recordOf, shelf, unitsOf } from './shelf_fixtures.js';

const folder = temporaryFolder();
const fileOf = (name: string) => join(shelf, 'matlab/data', name, 'spikeInfo.mat');
const out = () => join(folder.path, 'data');
const cases = haveShelf ? readdirSync(join(shelf, 'matlab/data')) : [];

describe.skipIf(!haveShelf)('spikeInfo.mat', () => {
  it.each(cases)('%s holds what the program that wrote it meant', async (name) => {
    const data = out();
    await importMatlab([fileOf(name)], data);
    const expected = join(shelf, 'matlab/expected', name);
    const waveforms = await numbersOf(join(expected, 'waveform_all.npy'));
    expect(await numbersOf(join(data, 'waveform_all.npy'))).toEqual(waveforms.map(Math.fround));
    for (const file of ['session_index.npy', 'channel_locations.npy', 'channel_shanks.npy']) {
      expect(await numbersOf(join(data, file))).toEqual(await numbersOf(join(expected, file)));
    }
    const trains = readdirSync(join(expected, 'spike_times'));
    expect(readdirSync(join(data, 'spike_times'))).toEqual(trains);
    for (const file of trains) {
      expect(await numbersOf(join(data, 'spike_times', file))).toEqual(
        await numbersOf(join(expected, 'spike_times', file)),
      );
    }
    expect(existsSync(join(data, 'peth.npy'))).toBe(existsSync(join(expected, 'peth.npy')));
    if (existsSync(join(expected, 'peth.npy'))) {
      expect(await numbersOf(join(data, 'peth.npy'))).toEqual(await numbersOf(join(expected, 'peth.npy')));
    }
    const index = JSON.parse(readFileSync(join(shelf, 'matlab/expected/index.json'), 'utf8')) as {
      cases: Record<string, { Unit: number[]; Session: string[]; RatName: string[] }>;
    };
    expect(unitsOf(data).map((unit) => Number(unit.cluster_id))).toEqual(index.cases[name]!.Unit);
    expect(recordOf(data).sessions.map(({ session }) => session)).toEqual([...new Set(index.cases[name]!.Session)]);
    expect(recordOf(data).sessions[0]!.subject).toBe('Simba');
  });

  it('makes a data folder that the tracker takes', async () => {
    await importMatlab([fileOf('v73_typical')], out());
    const { warnings } = await loadDataset(out());
    expect(warnings).toEqual([]);
  });

  it('takes a file for each day, in their order', async () => {
    const { unitsPerSession } = await importMatlab([fileOf('v5_plain'), fileOf('v73_typical')], out());
    expect(unitsPerSession).toEqual([4, 3, 4, 3]);
  });

  it('says that times look like another unit', async () => {
    const { warnings } = await importMatlab([fileOf('v73_typical')], out(), { timesUnit: 's' });
    expect(warnings.join('\n')).toMatch(/half of its units fire with less than .* than s \(--times-unit ms\)\?/);
  });
});

describe.skipIf(!haveShelf)('spikeInfo.mat that cannot be used', () => {
  const changed = (name: string, change: (bytes: Buffer) => Buffer) => {
    const path = join(folder.path, 'spikeInfo.mat');
    writeFileSync(path, change(readFileSync(fileOf(name))));
    return path;
  };
  const refused = async (path: string, message: RegExp) => {
    await expect(importMatlab([path], out())).rejects.toThrow(message);
    await expect(importMatlab([path], out())).rejects.toMatchObject({ code: 'DANT_DATA' });
    expect(existsSync(out())).toBe(false);
  };

  it('is absent, or may not be read', async () => {
    await refused(join(folder.path, 'none.mat'), /none\.mat: there is no such file/);
    const path = changed('v5_plain', (bytes) => bytes);
    chmodSync(path, 0);
    if (process.getuid?.() !== 0) await refused(path, /no permission/);
  });

  it('is cut off', async () => {
    await refused(
      changed('v5_plain', (bytes) => bytes.subarray(0, 50_000)),
      /the file is cut off: \d+ bytes are needed but there are 50000/,
    );
    await refused(
      changed('v5_compressed', (bytes) => bytes.subarray(0, 50_000)),
      /cut off/,
    );
    await refused(
      changed('v73_typical', (bytes) => bytes.subarray(0, 50_000)),
      /the file is cut off: it is shorter than it says/,
    );
    await refused(
      changed('v5_plain', (bytes) => bytes.subarray(0, 50)),
      /cut off: a header needs 128 bytes/,
    );
  });

  it('is damaged within', async () => {
    await refused(
      changed('v5_compressed', (bytes) => {
        bytes.fill(0x55, 30_000, 30_500);
        return bytes;
      }),
      /a compressed variable cannot be read/,
    );
  });

  it('is something else', async () => {
    await refused(
      changed('v5_plain', () => Buffer.alloc(1000, 'x')),
      /not a \.mat file/,
    );
  });

  it('has no spikeInfo', async () => {
    const rename = (bytes: Buffer) => {
      bytes.write('spikeBlah', bytes.indexOf('spikeInfo', 128));
      return bytes;
    };
    await refused(changed('v5_plain', rename), /expected the variable spikeInfo but found spikeBlah/);
    await refused(changed('v73_uncompressed', rename), /expected the variable spikeInfo but found spikeBlah/);
  });

  it('lacks a field', async () => {
    const rename = (bytes: Buffer) => {
      bytes.write('Xcoordz', bytes.indexOf('Xcoords'));
      return bytes;
    };
    await refused(changed('v5_plain', rename), /spikeInfo has no field Xcoords; it has .*Xcoordz/);
  });

  it('is of version 5 and over 2 GB', async () => {
    const path = join(folder.path, 'spikeInfo.mat');
    copyFileSync(fileOf('v5_plain'), path);
    truncateSync(path, 2 ** 31 + 1);
    await refused(path, /over 2 GB, too large for its version\. Save it with: save -v7\.3/);
  });

  it('holds classes that are not read, which are named', async () => {
    // Flags of a matrix: its class is the lowest byte; 5 is sparse, and 0x08 in the next one says complex.
    const flagsOf = (bytes: Buffer, at: number) => bytes.indexOf(Buffer.from([6, 0, 0, 0, 8, 0, 0, 0]), at) + 8;
    const waveform = (bytes: Buffer) => {
      let at = bytes.indexOf('spikeInfo');
      for (let k = 0; k < 6; k++) at = flagsOf(bytes, at);
      return at;
    };
    await refused(
      changed('v5_plain', (bytes) => {
        bytes[waveform(bytes)] = 5;
        return bytes;
      }),
      /spikeInfo\(1\)\.\w+ is of the class sparse; expected numbers or text/,
    );
    await refused(
      changed('v5_plain', (bytes) => {
        bytes[waveform(bytes) + 1]! |= 0x08;
        return bytes;
      }),
      /spikeInfo\(1\)\.\w+ is complex/,
    );
    // A compressed variable of another class
    const header = readFileSync(fileOf('v5_plain')).subarray(0, 128);
    const matrix = Buffer.from([
      ...[14, 0, 0, 0, 56, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
      ...[5, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0],
      ...Buffer.from('spikeInfo\0\0\0\0\0\0\0'),
    ]);
    const packed = deflateSync(matrix);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15);
    tag.writeUInt32LE(packed.length, 4);
    await refused(
      changed('v5_plain', () => Buffer.concat([header, tag, packed])),
      /spikeInfo is of the class cell; expected a struct array/,
    );
  });

  it('has text that is not UTF-8', async () => {
    const path = changed('v5_plain', (bytes) => {
      bytes[bytes.indexOf('Simba')] = 0xff;
      return bytes;
    });
    await refused(path, /the text at byte \d+ is not UTF-8/);
  });
});

describe.skipIf(!haveShelf)('dant import matlab', () => {
  it('imports, says what it did and how to go on', async () => {
    const { code, stdout, stderr } = await dant(['import', 'matlab', fileOf('v73_specials'), '--output', out()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Imported 7 units of 2 sessions (4, 3), 16 channels');
    expect(stdout).toContain(`dant run "${out()}"`);
  });
});
