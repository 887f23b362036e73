// As readers.test.ts, for formats of other programs: small files of them are made here.
import { deflateSync } from 'node:zlib';

import type { File } from 'h5wasm/node';
import { expect, it } from 'vitest';

import { hdf5Library } from '../../lib/files/hdf5_open.js';
import { openRawWaveforms } from '../../lib/import/bombcell/read_raw_waveforms.js';
import { readSpikeInfo } from '../../lib/import/matlab/spike_info.js';
import { readNwb } from '../../lib/import/nwb/read_nwb.js';
import { readOpenEphysProbe } from '../../lib/import/open_ephys_settings.js';
import type { SortedSession } from '../../lib/import/sorted_session.js';
import { readAnalyzer } from '../../lib/import/sorting_analyzer/read_analyzer.js';
import * as library from '../../lib/index.js';
import { count, fuzzedFolder } from './fuzz.js';
import { mat5File, type Structs } from './mat5_file.js';

const { at, write, fuzz } = fuzzedFolder();

/** Reads all that an import reads of sessions; returns their numbers of units. */
async function unitsIn(sessions: readonly SortedSession[]): Promise<number[]> {
  try {
    for (const { units } of sessions) {
      for (const unit of units) {
        await unit.timesMs();
        await unit.waveform();
      }
    }
    return sessions.map(({ units }) => units.length);
  } finally {
    for (const session of sessions) await session.close?.();
  }
}

const ramp = (length: number, step = 1) => Array.from({ length }, (_, i) => step * (i + 1));
const vector = (...data: number[]) => ({ shape: [data.length, 1] as [number, number], data });
const units: Structs = [1, 2].map((session) => ({
  RatName: 'Rät',
  SessionIndex: vector(session),
  Unit: vector(7),
  SpikeTimes: vector(...ramp(5, 11.5)),
  Waveform: { shape: [3, 4], data: ramp(12) },
  Xcoords: vector(0, 32, 0),
  Ycoords: vector(0, 20, 40),
}));

it.each([false, true])('.mat of version 5 (compressed: %s)', async (isCompressed) => {
  const path = write(`v5_${isCompressed}.mat`, mat5File('spikeInfo', units, isCompressed));
  expect(await unitsIn(await readSpikeInfo(path))).toEqual([1, 1]);
  await fuzz([path], async () => unitsIn(await readSpikeInfo(path)), 4 * count);
});

type Data = Float64Array | Float32Array | BigInt64Array | BigUint64Array | string[];

/** Groups and arrays as an HDF5 file. */
async function hdf5File(name: string, fill: (file: File) => void): Promise<string> {
  const { File: Hdf5 } = await hdf5Library();
  const file = new Hdf5(at(name), 'w');
  fill(file);
  file.close();
  return at(name);
}

it('.mat of version 7.3', async () => {
  const path = await hdf5File('v73.mat', (file) => {
    const references = file.create_group('#refs#');
    const spikeInfo = file.create_group('spikeInfo');
    for (const field of Object.keys(units[0]!)) {
      const data = units.map((struct, k) => {
        const value = struct[field]!;
        const isText = typeof value === 'string';
        const dataset = references.create_dataset({
          name: `${field}${k}`,
          data: isText ? Uint16Array.from(value, (letter) => letter.charCodeAt(0)) : Float64Array.from(value.data),
          shape: isText ? [value.length, 1] : value.shape.toReversed(),
        });
        dataset.create_attribute('MATLAB_class', isText ? 'char' : 'double');
        return dataset.create_reference();
      });
      spikeInfo.create_dataset({ name: field, data });
    }
  });
  expect(await unitsIn(await readSpikeInfo(path))).toEqual([1, 1]);
  await fuzz([path], async () => unitsIn(await readSpikeInfo(path)), 2 * count);
});

const electrodes = 'general/extracellular_ephys/electrodes';
/** An NWB file: groups, and arrays with their shapes */
const nwbGroups = ['units', 'general', 'general/extracellular_ephys', electrodes];
const nwbArrays: [name: string, data: Data, shape?: number[]][] = [
  ['units/id', BigInt64Array.of(3n, 8n)],
  ['units/quality', ['good', 'mua']],
  ['units/spike_times', Float64Array.from([...ramp(5, 0.1), ...ramp(5, 0.2)])],
  ['units/spike_times_index', BigUint64Array.of(5n, 10n)],
  ['units/waveform_mean', Float32Array.from(ramp(24, 1e-5)), [2, 4, 3]],
  [`${electrodes}/id`, BigInt64Array.of(0n, 1n, 2n)],
  [`${electrodes}/group_name`, ['a', 'a', 'b']],
  [`${electrodes}/rel_x`, Float64Array.of(0, 0, 250)],
  [`${electrodes}/rel_y`, Float32Array.of(0, 20, 0)],
];

it('NWB in HDF5', async () => {
  const path = await hdf5File('session.nwb', (file) => {
    for (const name of nwbGroups) file.create_group(name);
    for (const [name, data, shape = [data.length]] of nwbArrays) {
      const more = name.endsWith('waveform_mean')
        ? { chunks: [1, 4, 3], compression: 4 }
        : // Of any length, they are in a heap, and with one that is damaged the HDF5 library (2.0.0) never ends.
          Array.isArray(data) && { dtype: 'S4' };
      file.create_dataset({ name, data, shape, ...more });
    }
  });
  const session = await readNwb(path, {});
  expect(session.units.map(({ label }) => label)).toEqual(['good', 'mua']);
  await session.close!();
  const read = async () => unitsIn([await readNwb(path, {})]);
  await fuzz([path], read, 2 * count);
});

const typeOf = (data: Exclude<Data, string[]>) =>
  data instanceof BigInt64Array ? '<i8' : data instanceof BigUint64Array ? '<u8' : `<f${data.BYTES_PER_ELEMENT}`;

/** An array of Zarr (format 2) in one chunk; returns its files. */
function zarrArray(name: string, data: Data, shape: readonly number[] = [data.length]): string[] {
  // Texts as numpy keeps them: UTF-32, all of one length
  const length = Array.isArray(data) ? Math.max(...data.map((text) => text.length)) : 0;
  const stored = Array.isArray(data)
    ? Uint32Array.from(data.map((text) => text.padEnd(length, '\0')).join(''), (letter) => letter.codePointAt(0)!)
    : data;
  const isPacked = stored instanceof Float32Array;
  const header = {
    ...{ zarr_format: 2, shape, chunks: shape, order: 'C', fill_value: 0, filters: null },
    dtype: Array.isArray(data) ? `<U${length}` : typeOf(data),
    compressor: isPacked ? { id: 'zlib', level: 1 } : null,
  };
  const bytes = Buffer.from(stored.buffer);
  return [
    write(`${name}/.zarray`, JSON.stringify(header)),
    write(`${name}/${shape.map(() => 0).join('.')}`, isPacked ? deflateSync(bytes) : bytes),
  ];
}
const zarrGroup = (name: string, attributes: object) => [
  write(`${name}/.zgroup`, '{"zarr_format": 2}'),
  write(`${name}/.zattrs`, JSON.stringify(attributes)),
];

it('NWB in Zarr', async () => {
  const files = [
    ...['', ...nwbGroups].flatMap((name) => zarrGroup(`nwb/${name}`, { description: name })),
    ...nwbArrays.flatMap(([name, data, shape]) => zarrArray(`nwb/${name}`, data, shape)),
  ];
  const read = async () => unitsIn([await readNwb(at('nwb'), {})]);
  expect(await read()).toEqual([2]);
  await fuzz(files, read, 2 * count);
});

it('SortingAnalyzer in Zarr', async () => {
  const contacts = { contact_positions: [0, 1, 2].map((c) => [0, 20 * c]), device_channel_indices: [0, 1, 2] };
  const attributes = { sampling_frequency: 30_000, num_samples: [600], channel_ids: ['a', 'b', 'c'] };
  const spikes = 'analyzer/sorting/spikes';
  const files = [
    ...zarrGroup('analyzer', { spikeinterface_info: { version: '0.102.0' }, settings: { return_in_uV: true } }),
    ...zarrGroup('analyzer/recording_info', { recording_attributes: attributes, probegroup: { probes: [contacts] } }),
    ...zarrGroup('analyzer/sorting', {}),
    ...zarrArray('analyzer/sorting/unit_ids', BigInt64Array.of(3n, 8n)),
    ...zarrGroup('analyzer/sorting/properties', {}),
    ...zarrArray('analyzer/sorting/properties/quality', ['good', 'mua']),
    ...zarrGroup(spikes, {}),
    ...zarrArray(`${spikes}/sample_index`, BigInt64Array.of(9n, 100n, 300n, 599n)),
    ...zarrArray(`${spikes}/unit_index`, BigInt64Array.of(0n, 1n, 1n, 0n)),
    ...zarrArray(`${spikes}/segment_slices`, BigInt64Array.of(0n, 4n), [1, 2]),
    ...zarrGroup('analyzer/extensions', {}),
    ...zarrGroup('analyzer/extensions/templates', { params: { ms_before: 0.1 } }),
    ...zarrArray('analyzer/extensions/templates/average', Float32Array.from(ramp(36, 10)), [2, 6, 3]),
  ];
  const read = async () => unitsIn([await readAnalyzer(at('analyzer'), {})]);
  expect(await read()).toEqual([2]);
  await fuzz(files, read, 2 * count);
});

it('RawWaveforms of Bombcell', async () => {
  const path = at('ks/RawWaveforms/Unit3_RawSpikes.npy');
  write('ks/RawWaveforms/.keep', '');
  await library.writeNpy(path, { data: Float64Array.from(ramp(24)), shape: [4, 3, 2] });
  await fuzz([path], async () => (await openRawWaveforms(at('ks'))).of(3), 2 * count);
});

it('settings.xml of Open Ephys', async () => {
  const list = (value: (c: number) => number | string) => [0, 1, 2].map((c) => `CH${c}="${value(c)}"`).join(' ');
  const path = write(
    'node/settings.xml',
    `<?xml version="1.0"?><SETTINGS><INFO><VERSION>0.6.7</VERSION></INFO>
      <NP_PROBE probe_serial_number="191083100" probe_part_number="NP2013" custom_probe_name='ProbeA'>
      <CHANNELS ${list((c) => `0:${c}`)}/><ELECTRODE_XPOS ${list(() => 27)}/><ELECTRODE_YPOS ${list((c) => 15 * c)}/>
      </NP_PROBE></SETTINGS>`,
  );
  const read = () =>
    readOpenEphysProbe(at('node/experiment1/recording1/structure.oebin'), 'x.ProbeA-AP', ['CH0', 'CH1']);
  expect((await read())?.sites?.[1]).toEqual({ shank: 1, x: 27, y: 15 });
  await fuzz([path], read, 2 * count);
});
