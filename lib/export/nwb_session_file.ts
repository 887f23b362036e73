import { Hdf5Writer } from '../files/hdf5_writer.js';
import { nwbType, uuidOf, writeColumns } from '../files/nwb_table.js';
import { packageVersion } from '../native/package_folder.js';
import { unsorted } from '../import/labels.js';
import { neuronColumns } from './nwb_columns.js';

/** A session that an NWB file is made of. */
export interface NwbSession {
  /** What the file is called by: texts that are the same make the same ids */
  identifier: string;
  description: string;
  /** When it began, and when the file was made; ISO 8601 with the time zone */
  start: string;
  made: string;
  /** (C) µm; `shank`: each becomes an electrode group */
  sites: readonly { x: number; y: number; shank: number }[];
  /** T of the waveforms, and how many of them are in a second; undefined: not known */
  samples: number;
  sampleRateHz: number | undefined;
}

export interface NwbUnit {
  id: number;
  name: string | undefined;
  label: string;
  neuron: number | undefined;
  confidence: number | undefined;
  /** ms from the beginning, ascending */
  timesMs: ArrayLike<number>;
  /** (C, T) µV */
  waveform: ArrayLike<number>;
}

const schemaVersion = '2.7.0';
const ephys = 'general/extracellular_ephys';
const electrodes = `${ephys}/electrodes`;

/** Writes an NWB file in HDF5, unit by unit. All methods throw DANT_OUTPUT. */
export class NwbSessionWriter {
  private readonly ends: bigint[] = [];
  private readonly units: Omit<NwbUnit, 'timesMs' | 'waveform'>[] = [];
  private readonly times;
  private readonly waveforms;

  private constructor(
    private readonly writer: Hdf5Writer,
    private readonly session: NwbSession,
  ) {
    const { identifier, samples, sampleRateHz, sites } = session;
    writeRoot(writer, session);
    writeElectrodes(writer, session);
    writer.group('units', { description: 'sorted units', ...nwbType('Units', identifier, 'core') });
    const column = (name: string, description: string) => ({
      description,
      ...nwbType('VectorData', `${identifier} units/${name}`),
    });
    this.times = writer.rows('units/spike_times', 'float64', [], column('spike_times', 'times of the spikes, s'));
    this.waveforms = writer.rows('units/waveform_mean', 'float32', [samples, sites.length], {
      ...column('waveform_mean', 'mean waveform on each electrode'),
      unit: 'volts',
      ...(sampleRateHz !== undefined && { sampling_rate: sampleRateHz }),
    });
  }

  static async create(path: string, session: NwbSession): Promise<NwbSessionWriter> {
    return new NwbSessionWriter(await Hdf5Writer.open(path, 'w'), session);
  }

  add({ timesMs, waveform, ...unit }: NwbUnit): void {
    const { samples, sites } = this.session;
    this.units.push(unit);
    this.times.add(Float64Array.from(timesMs, (time) => time / 1000));
    this.ends.push((this.ends.at(-1) ?? 0n) + BigInt(timesMs.length));
    const volts = new Float32Array(samples * sites.length);
    for (let c = 0; c < sites.length; c++) {
      for (let t = 0; t < samples; t++) volts[t * sites.length + c] = 1e-6 * waveform[c * samples + t]!;
    }
    this.waveforms.add(volts);
  }

  close(): void {
    this.writer.close();
  }

  /** Writes the rest of the table. */
  finish(): void {
    const { writer, units } = this;
    const { identifier, sites } = this.session;
    const seed = `${identifier} units`;
    const columns = [
      ...(units.some(({ name }) => name !== undefined)
        ? [
            {
              name: 'unit_name',
              description: 'name that the sorter gave',
              values: units.map(({ name, id }) => name ?? `${id}`),
            },
          ]
        : []),
      // A column in which nobody judged any unit would leave none that is good.
      ...(units.some(({ label }) => label !== unsorted)
        ? [{ name: 'quality', description: 'label of the unit', values: units.map(({ label }) => label) }]
        : []),
      ...neuronColumns(units),
    ];
    writer.array(
      'units/id',
      BigInt64Array.from(units, ({ id }) => BigInt(id)),
      nwbType('ElementIdentifiers', seed),
    );
    writeColumns(writer, 'units', columns, identifier);
    this.index('spike_times', this.ends);
    const all = units.flatMap(() => sites.map((_, row) => BigInt(row)));
    writer.array('units/electrodes', BigInt64Array.from(all), {
      description: 'electrodes of the waveform',
      table: writer.reference(electrodes),
      ...nwbType('DynamicTableRegion', `${seed}/electrodes`),
    });
    this.index(
      'electrodes',
      units.map((_, u) => BigInt((u + 1) * sites.length)),
    );
    writer.setAttribute('units', 'colnames', [
      ...columns.map(({ name }) => name),
      ...['spike_times', 'electrodes', 'waveform_mean'],
    ]);
  }

  /** Where each unit's values of a column end. */
  private index(column: string, ends: readonly bigint[]): void {
    const name = `units/${column}`;
    this.writer.array(`${name}_index`, BigUint64Array.from(ends), {
      description: `ends of the units in ${column}`,
      target: this.writer.reference(name),
      ...nwbType('VectorIndex', `${this.session.identifier} ${name}`),
    });
  }
}

function writeRoot(writer: Hdf5Writer, { identifier, description, start, made }: NwbSession): void {
  for (const [key, value] of Object.entries({
    ...nwbType('NWBFile', identifier, 'core'),
    nwb_version: schemaVersion,
  })) {
    writer.setAttribute('/', key, value);
  }
  writer.array('identifier', uuidOf(identifier));
  writer.array('session_description', description);
  writer.array('session_start_time', start);
  writer.array('timestamps_reference_time', start);
  writer.array('file_create_date', [made]);
  for (const name of ['acquisition', 'analysis', 'processing', 'stimulus', 'stimulus/presentation']) writer.group(name);
  for (const name of ['stimulus/templates', 'general', 'general/devices', ephys]) writer.group(name);
  writer.array('general/source_script', `node-dant ${packageVersion}`, { file_name: 'dant export nwb' });
}

function writeElectrodes(writer: Hdf5Writer, { identifier, sites }: NwbSession): void {
  const probe = 'general/devices/probe';
  writer.group(probe, { description: 'the probe', ...nwbType('Device', identifier, 'core') });
  const shanks = [...new Set(sites.map(({ shank }) => shank))].sort((a, b) => a - b);
  const groupOf = (shank: number) => `shank${shank}`;
  for (const shank of shanks) {
    const name = `${ephys}/${groupOf(shank)}`;
    const about = { description: `shank ${shank} of the probe`, location: 'unknown' };
    writer.group(name, { ...about, ...nwbType('ElectrodeGroup', `${identifier} ${name}`, 'core') });
    writer.link(`${name}/device`, probe);
  }
  const seed = `${identifier} ${electrodes}`;
  writer.group(electrodes, {
    description: 'sites of the probe that all sessions share',
    colnames: ['location', 'group', 'group_name', 'rel_x', 'rel_y'],
    ...nwbType('DynamicTable', seed),
  });
  writer.array(
    `${electrodes}/id`,
    BigInt64Array.from(sites, (_, row) => BigInt(row)),
    nwbType('ElementIdentifiers', seed),
  );
  const references = new Map(shanks.map((shank) => [shank, writer.reference(`${ephys}/${groupOf(shank)}`)]));
  writer.array(
    `${electrodes}/group`,
    sites.map(({ shank }) => references.get(shank)!),
    { description: 'the electrode group', ...nwbType('VectorData', `${seed}/group`) },
  );
  writeColumns(
    writer,
    electrodes,
    [
      { name: 'location', description: 'region of the brain', values: sites.map(() => 'unknown') },
      { name: 'group_name', description: 'name of the group', values: sites.map(({ shank }) => groupOf(shank)) },
      { name: 'rel_x', description: 'across the probe, µm', values: Float64Array.from(sites, ({ x }) => x) },
      { name: 'rel_y', description: 'along the probe, µm', values: Float64Array.from(sites, ({ y }) => y) },
    ],
    identifier,
  );
}
