import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import type { ImportedDataSet } from './import_sessions.js';
import type { CompleteImportOptions } from './options.js';
import type { ImportPlan } from './plan.js';
import { folderName } from './regions.js';
import { DatasetWriter, type ImportedUnit } from './write_dataset.js';

/** Fills one data folder, or one for each region. */
export class DatasetsWriter {
  /** Units of no region, which are in none of them */
  private outside = 0;

  private constructor(
    private readonly plan: ImportPlan,
    private readonly options: CompleteImportOptions,
    private readonly writers: { region: string | undefined; folder: string; writer: DatasetWriter }[],
  ) {}

  static async create(folder: string, plan: ImportPlan, options: CompleteImportOptions): Promise<DatasetsWriter> {
    const datasets = new DatasetsWriter(plan, options, []);
    const regions = plan.regions
      ? [...new Set(plan.regions.filter((region) => region !== undefined))].sort()
      : [undefined];
    if (regions.length === 0) {
      throw new DantError(
        'DANT_DATA',
        `${options.regionTable}: none of the ${plan.sites.length} sites is in any of the regions.`,
      );
    }
    const seen = new Map<string, string>();
    for (const region of regions.filter((name) => name !== undefined)) {
      const name = folderName(region);
      const other = seen.get(name);
      if (other !== undefined) {
        throw new DantError(
          'DANT_DATA',
          `${options.regionTable}: the regions ${other} and ${region} would both be written to ${name}. Rename one.`,
        );
      }
      seen.set(name, region);
    }
    for (const region of regions) {
      const own = region === undefined ? folder : join(folder, folderName(region));
      datasets.writers.push({ region, folder: own, writer: await DatasetWriter.create(own, plan, options, region) });
    }
    return datasets;
  }

  /** Adds the units of session `s`, from 0, each to the data set of the region in which it peaks. */
  async add(s: number, units: readonly ImportedUnit[]): Promise<void> {
    const { regions } = this.plan;
    for (const { region, writer } of this.writers) {
      await writer.add(s, regions ? units.filter(({ peakChannel }) => regions[peakChannel] === region) : units);
    }
    if (regions) this.outside += units.filter(({ peakChannel }) => regions[peakChannel] === undefined).length;
  }

  /** Writes everything else; a region without a unit leaves nothing. */
  async finish(): Promise<Omit<ImportedDataSet, 'folder'>[]> {
    const { regionTable } = this.options;
    if (this.outside > 0) {
      this.plan.warnings.push(
        `${regionTable} gives no region to the sites of ${this.outside === 1 ? '1 unit, which was' : `${this.outside} units, which were`} left out.`,
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
    throw new DantError('DANT_DATA', `${regionTable}: no unit is in any of the regions.`);
  }

  async close(): Promise<void> {
    await Promise.all(this.writers.map(({ writer }) => writer.close()));
  }
}
