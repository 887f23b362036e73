import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import type { ImportedDataSet } from './import_sessions.js';
import { folderName } from './regions.js';
import { DatasetWriter, type DatasetOutline, type ImportedUnit } from './write_dataset.js';

/** Of each site its region; undefined: it is in none. */
export interface SiteRegions {
  /** The table that says so */
  path: string;
  ofSites: readonly (string | undefined)[];
}

/** Fills one data folder, or one for each region. */
export class DatasetsWriter {
  /** Units of no region, which are in none of them */
  private outside = 0;

  private constructor(
    private readonly outline: DatasetOutline,
    private readonly regions: SiteRegions | undefined,
    private readonly writers: { region: string | undefined; folder: string; writer: DatasetWriter }[],
  ) {}

  /**
   * Rejects with DANT_DATA if no site is in a region, or two regions would have one folder.
   * @param regions Undefined: one data folder
   */
  static async create(folder: string, outline: DatasetOutline, regions?: SiteRegions): Promise<DatasetsWriter> {
    const datasets = new DatasetsWriter(outline, regions, []);
    for (const region of regions ? namesOf(regions) : [undefined]) {
      const own = region === undefined ? folder : join(folder, folderName(region));
      datasets.writers.push({ region, folder: own, writer: await DatasetWriter.create(own, outline, region) });
    }
    return datasets;
  }

  /** Adds the units of session `s`, from 0, each to the data set of the region in which it peaks. */
  async add(s: number, units: readonly ImportedUnit[]): Promise<void> {
    const of = (region: string | undefined) =>
      units.filter(({ peakChannel }) => this.regions?.ofSites[peakChannel] === region);
    for (const { region, writer } of this.writers) await writer.add(s, of(region));
    if (this.regions) this.outside += of(undefined).length;
  }

  /** Writes everything else; a region without a unit leaves nothing. */
  async finish(): Promise<Omit<ImportedDataSet, 'folder'>[]> {
    if (this.outside > 0) {
      this.outline.warnings.push(
        `${this.regions!.path} gives no region to the sites of ${this.outside === 1 ? '1 unit, which was' : `${this.outside} units, which were`} left out.`,
      );
    }
    const made: Omit<ImportedDataSet, 'folder'>[] = [];
    for (const { region, folder, writer } of this.writers) {
      const dataSet = await writer.finish();
      if (dataSet) made.push({ ...dataSet, name: region === undefined ? undefined : folderName(region) });
      else {
        await writer.close();
        await rm(folder, { recursive: true });
      }
    }
    if (made.length > 0) return made;
    throw new DantError('DANT_DATA', `${this.regions!.path}: no unit is in any of the regions.`);
  }

  async close(): Promise<void> {
    await Promise.all(this.writers.map(({ writer }) => writer.close()));
  }
}

/** The regions, each with a folder of its own. */
function namesOf({ path, ofSites }: SiteRegions): string[] {
  const names = [...new Set(ofSites.filter((region) => region !== undefined))].sort();
  if (names.length === 0) {
    throw new DantError('DANT_DATA', `${path}: none of the ${ofSites.length} sites is in any of the regions.`);
  }
  const seen = new Map<string, string>();
  for (const region of names) {
    const name = folderName(region);
    const other = seen.get(name);
    if (other !== undefined) {
      throw new DantError(
        'DANT_DATA',
        `${path}: the regions ${other} and ${region} would both be written to ${name}. Rename one.`,
      );
    }
    seen.set(name, region);
  }
  return names;
}
