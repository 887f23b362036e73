import { fileError } from '../files/file_error.js';
import { layoutOf, scaleOf } from './probe_table.js';
import type { RecordingMeta } from './recording.js';
import type { Site } from './sites.js';

/** Of the two streams of a probe: action potentials, or local field potentials. */
export type SpikeGlxStream = 'ap' | 'lf';

/** Reads the text of a .meta file. Throws DANT_DATA if a number that is needed is not there or cannot be. */
export function parseSpikeGlxMeta(path: string, text: string, stream: SpikeGlxStream = 'ap'): RecordingMeta {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at).trim().replace(/^~/, ''), line.slice(at + 1).trim());
  }
  const meta = new MetaReader(path, values);
  const columns = meta.number('nSavedChans');
  const [apColumns = 0, lfColumns = 0] = meta.text('snsApLfSy').split(',').map(Number);
  const neuralColumns = stream === 'ap' ? apColumns : lfColumns;
  if (stream === 'lf' && !(lfColumns > 0 && apColumns === 0 && lfColumns <= columns)) {
    throw fileError(
      path,
      `expected channels with local field potentials alone but snsApLfSy is ${meta.text('snsApLfSy')} of ${columns} saved channels. ` +
        'Use the .lf.meta and .lf.bin of a Neuropixels probe.',
    );
  }
  if (!(neuralColumns > 0 && apColumns + lfColumns <= columns)) {
    throw fileError(
      path,
      `expected channels with action potentials but snsApLfSy is ${meta.text('snsApLfSy')} of ${columns} saved channels. ` +
        'Use the .ap.meta and .ap.bin of a Neuropixels probe.',
    );
  }
  const channels = savedChannels(meta, columns, neuralColumns, stream);
  // Probes of 2018 have no type.
  const type = meta.has('imDatPrb_type') ? meta.number('imDatPrb_type') : 0;
  const part = values.get('imDatPrb_pn');
  const serialNumber = values.get('imDatPrb_sn') ?? values.get('imProbeSN');
  return {
    columns,
    neuralColumns,
    sampleRateHz: meta.number('imSampRate'),
    uvPerBit: scales(meta, type, channels, stream),
    sites: sitesOf(meta, part, type, neuralColumns),
    fileSizeBytes: meta.has('fileSizeBytes') ? meta.number('fileSizeBytes') : undefined,
    sha1: /^[0-9a-f]{40}$/i.exec(values.get('fileSHA1') ?? '')?.[0],
    date: values.get('fileCreateTime'),
    probe: part ?? `type ${type}`,
    serialNumber: serialNumber === '' ? undefined : serialNumber,
    isFiltered: [...values].some(
      ([key, value]) => key.startsWith('catGTCmdline') && /-(ap(filter|hipass)|gblcar|loccar)/.test(value),
    ),
  };
}

class MetaReader {
  constructor(
    readonly path: string,
    private readonly values: ReadonlyMap<string, string>,
  ) {}

  has(key: string): boolean {
    return (this.values.get(key) ?? '') !== '';
  }

  text(key: string): string {
    const value = this.values.get(key);
    if (value === undefined || value === '') {
      throw fileError(this.path, `there is no ${key}. Expected a .meta file of SpikeGLX, complete as it was written.`);
    }
    return value;
  }

  number(key: string): number {
    const text = this.text(key);
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0)
      throw fileError(this.path, `expected a number for ${key} but found ${text}.`);
    return value;
  }

  /** "(a,b)(c d e)" → [["a", "b"], ["c", "d", "e"]] */
  table(key: string): string[][] {
    return [...this.text(key).matchAll(/\(([^()]*)\)/g)].map(([, entry]) => entry!.split(/[\s,:]+/));
  }
}

/** Acquired channel number of each neural column; both streams count from 0. */
function savedChannels(meta: MetaReader, columns: number, neuralColumns: number, stream: SpikeGlxStream): number[] {
  const acquired = meta.has('acqApLfSy') ? meta.text('acqApLfSy') : '384,384,1';
  const first = stream === 'lf' ? Number(acquired.split(',')[0]) : 0;
  return allSaved(meta, columns, neuralColumns, first).map((channel) => channel - first);
}

function allSaved(meta: MetaReader, columns: number, neuralColumns: number, firstOfAll: number): number[] {
  const text = meta.has('snsSaveChanSubset') ? meta.text('snsSaveChanSubset') : 'all';
  if (text === 'all') return Array.from({ length: neuralColumns }, (_, i) => firstOfAll + i);
  const channels: number[] = [];
  for (const run of text.split(',')) {
    const [first, last = first] = run.split(':').map(Number);
    if (!(Number.isInteger(first) && Number.isInteger(last) && first! <= last! && last! < 1e5)) {
      throw fileError(
        meta.path,
        `expected runs of channels such as 0:35,72:95,384 for snsSaveChanSubset but found ${text}.`,
      );
    }
    for (let channel = first!; channel <= last!; channel++) channels.push(channel);
  }
  if (channels.length !== columns) {
    throw fileError(
      meta.path,
      `snsSaveChanSubset names ${channels.length} channels but nSavedChans is ${columns}. The file was changed or is cut off.`,
    );
  }
  return channels.slice(0, neuralColumns);
}

function scales(meta: MetaReader, type: number, channels: readonly number[], stream: SpikeGlxStream): Float64Array {
  const scale = scaleOf(type);
  const gains = gainsOf(meta, type, channels, stream);
  const maxInt = meta.has('imMaxInt') ? meta.number('imMaxInt') : (scale?.maxInt ?? 512);
  const rangeV = meta.number('imAiRangeMax');
  return Float64Array.from(gains, (gain) => (1e6 * rangeV) / maxInt / gain);
}

function gainsOf(meta: MetaReader, type: number, channels: readonly number[], stream: SpikeGlxStream): number[] {
  const known = scaleOf(type)?.apGain;
  // The LFP's gain stands behind that of the action potentials.
  const [field, key] = stream === 'ap' ? [3, 'imChan0apGain'] : [4, 'imChan0lfGain'];
  if (known === 'imro') {
    const gainOf = new Map(
      meta
        .table('imroTbl')
        .slice(1)
        .map((entry) => [Number(entry[0]), Number(entry[field])]),
    );
    return channels.map((channel) => {
      const gain = gainOf.get(channel);
      if (gain === undefined || !(gain > 0)) {
        throw fileError(meta.path, `the ~imroTbl has no gain for channel ${channel}, which was saved.`);
      }
      return gain;
    });
  }
  const gain =
    known === 'header'
      ? Number(meta.table('imroTbl')[0]?.[field])
      : meta.has(key)
        ? meta.number(key)
        : stream === 'ap'
          ? known
          : undefined;
  if (gain === undefined || !(gain > 0)) {
    throw fileError(
      meta.path,
      `the gain of a probe of type ${type} is not known and ${key} is not in the file. ` +
        `Add the line ${key}=<gain of the ${stream.toUpperCase()} channels>.`,
    );
  }
  return channels.map(() => gain);
}

/** Positions of the saved neural channels; both tables list the saved ones only. */
function sitesOf(meta: MetaReader, part: string | undefined, type: number, count: number): Site[] | undefined {
  const key = meta.has('snsGeomMap') ? 'snsGeomMap' : meta.has('snsShankMap') ? 'snsShankMap' : undefined;
  if (key === undefined) return undefined;
  const [header = [], ...entries] = meta.table(key);
  if (entries.length < count) {
    throw fileError(meta.path, `~${key} lists ${entries.length} sites but ${count} neural channels were saved.`);
  }
  const rows = entries.slice(0, count).map((entry) => entry.map(Number));
  if (key === 'snsGeomMap') {
    const pitch = Number(header[2]);
    return rows.map(([shank, x, z]) => ({ shank: shank!, x: x! + shank! * pitch, y: z! }));
  }
  const layout = layoutOf(part, type);
  if (layout === undefined) return undefined;
  return rows.map(([shank, column, row]) => ({
    shank: shank!,
    x: layout.firstXUm[row! % 2 === 0 ? 0 : 1] + column! * layout.columnPitchUm + shank! * layout.shankPitchUm,
    y: row! * layout.rowPitchUm,
  }));
}
