import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import type { Site } from './sites.js';
import { parseRecords } from './tables.js';

/** A line of a table of regions. */
interface RegionRow {
  line: number;
  region: string;
  /** Either columns of the recording, from 0, both included, or depths in µm, the second not included */
  kind: 'channel' | 'depth';
  from: number;
  to: number;
  shank: number | undefined;
  probe: string | undefined;
}

export interface RegionTable {
  path: string;
  rows: RegionRow[];
}

const columnNames = {
  region: ['region', 'brain_region', 'acronym'],
  channel: ['channel'],
  firstChannel: ['first_channel', 'channel_from'],
  lastChannel: ['last_channel', 'channel_to'],
  fromUm: ['depth_from_um', 'depth_from', 'from_um'],
  toUm: ['depth_to_um', 'depth_to', 'to_um'],
  shank: ['shank'],
  probe: ['probe'],
};

/**
 * Reads a table (.csv or .tsv) that says in which region sites are: columns region, and channel, or first_channel and last_channel
 * (columns of the recording, from 0), or depth_from_um and depth_to_um; if wanted shank (from 0) and probe. Rejects with DANT_DATA.
 */
export async function readRegions(path: string): Promise<RegionTable> {
  const records = parseRecords(path, await readText(path), [',', '\t', ';']);
  const [header = [], ...body] = records;
  const names = header.map((name) => name.toLowerCase());
  const column = (key: keyof typeof columnNames) => names.findIndex((name) => columnNames[key].includes(name));
  const range = (
    [
      ['channel', column('channel'), column('channel')],
      ['channel', column('firstChannel'), column('lastChannel')],
      ['depth', column('fromUm'), column('toUm')],
    ] as const
  ).find(([, from, to]) => from >= 0 && to >= 0);
  if (column('region') < 0 || range === undefined) {
    throw fileError(
      path,
      'expected the columns region, and channel, or first_channel and last_channel, or depth_from_um and depth_to_um, ' +
        `but found ${header.join(', ') || 'nothing'}.`,
    );
  }
  const [kind, fromColumn, toColumn] = range;
  const rows = body.map((record, i): RegionRow => {
    const cell = (index: number) => (index < 0 ? '' : (record[index] ?? ''));
    const number = (index: number) => {
      const value = Number(cell(index));
      if (cell(index) !== '' && Number.isFinite(value)) return value;
      throw fileError(path, `line ${i + 2}: expected a number for ${header[index]!} but found "${cell(index)}".`);
    };
    const [from, to] = [number(fromColumn), number(toColumn)];
    if (kind === 'channel' ? from > to : from >= to) {
      throw fileError(path, `line ${i + 2}: expected a range from less to more but found ${from} to ${to}.`);
    }
    return {
      line: i + 2,
      region: cell(column('region')),
      kind,
      from,
      to,
      shank: cell(column('shank')) === '' ? undefined : number(column('shank')),
      probe: cell(column('probe')) || undefined,
    };
  });
  if (rows.length === 0) throw fileError(path, 'there are no regions.');
  return { path, rows: rows.filter(({ region }) => region !== '') };
}

/**
 * The region of each site; undefined: of none. Throws DANT_DATA if the table says two for one.
 * @param columns Of each site, its columns in the recordings of the sessions
 * @param probe Name of the probe, if there are several: lines of other probes do not count
 */
export function regionsOfSites(
  { path, rows }: RegionTable,
  sites: readonly Site[],
  columns: readonly (readonly number[])[],
  probe: string | undefined,
): (string | undefined)[] {
  const own = rows.filter((row) => probe === undefined || row.probe === undefined || row.probe === probe);
  return sites.map((site, i) => {
    const found = own.filter(
      (row) =>
        (row.shank === undefined || row.shank === site.shank) &&
        (row.kind === 'depth'
          ? site.y >= row.from && site.y < row.to
          : columns[i]!.some((column) => column >= row.from && column <= row.to)),
    );
    const other = found.find(({ region }) => region !== found[0]!.region);
    if (other) {
      throw fileError(
        path,
        `lines ${found[0]!.line} (${found[0]!.region}) and ${other.line} (${other.region}) both hold the site at a depth of ${site.y} µm` +
          (other.kind === 'depth'
            ? '. Give each depth one region.'
            : ` (channel ${[...new Set(columns[i])].join(', ')}). If the channels of the sessions are different sites, give depths.`),
      );
    }
    return found[0]?.region;
  });
}

/** The region as the name of a folder on any system: CA1/2 → CA1-2. */
export const folderName = (region: string) =>
  region.replaceAll(/[\\/:*?"<>|]+/g, '-').replace(/^\.+|[. ]+$/g, '') || 'region';
