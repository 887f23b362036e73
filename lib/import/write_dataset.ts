import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { listed } from '../dataset/findings.js';
import { DantError } from '../errors.js';
import { withOutputErrors, writeNpy } from '../files/npy_writer.js';
import { packageVersion } from '../native/package_folder.js';
import { completeSettings } from '../settings/index.js';
import { settingsTemplate } from '../settings/template.js';
import { csvLine } from './csv.js';
import { FloatRows } from './float_rows.js';
import type { ImportedDataSet } from './import_sessions.js';
import { waveformSamples } from './mean_waveforms.js';
import { sessionDays } from './session_days.js';
import type { Site } from './sites.js';
import { importFile, unitsFile } from './units_table.js';

/** A session that units come from. */
export interface ImportedSession {
  /** Where it was found */
  folder: string;
  /** When it was recorded, 2024-05-01…; undefined: not told, unless by the name of a folder */
  date?: string | undefined;
  /** How long it is, s */
  durationS: number;
  /** What import.json says about it besides */
  record: object;
}

/** What a data set is made of, but for its units. */
export interface DatasetOutline {
  sessions: readonly ImportedSession[];
  /** (C) */
  sites: readonly Site[];
  /** Who says where the sites are */
  geometry: string;
  /** More may be added. */
  warnings: string[];
  /** How the import was asked for; `minAmplitudeUv` is what a session without units fails by */
  options: { minAmplitudeUv: number };
  /** T of the waveforms; default: those that the package makes, 61 */
  samples?: number | undefined;
  /** Whether each unit has the means of both halves of its session; default: not */
  halves?: boolean | undefined;
  /** Of the rows of peth.npy; `isShared`: every two sessions have events of one type. Absent: there are none */
  peth?: { types: readonly string[]; bins: number; length: number; isShared: boolean } | undefined;
}

/** A unit with its mean waveform. */
export interface ImportedUnit {
  /** The sorter's number */
  id: number;
  /** What the sorter calls it, where that is no number */
  name?: string | undefined;
  label: string;
  /** Spike times in ascending order, ms */
  timesMs: Float64Array;
  /** (C, T) µV */
  waveform: Float32Array;
  /** The same of the first and the second half of the session; NaN: silent in it */
  halves?: Float32Array[] | undefined;
  /** Of the C channels */
  peakChannel: number;
  amplitudeUv: number;
  /** Spikes that the mean is of; undefined: not known */
  averaged: number | undefined;
  /** Row of peth.npy */
  peth?: Float64Array | undefined;
}

/** Fills a data folder, session by session. How many units there will be is known only at its end. */
export class DatasetWriter {
  private readonly sessions: number[] = [];
  private readonly table: (string | number | undefined)[][] = [];
  private readonly peth: Float64Array[] = [];

  private constructor(
    private readonly folder: string,
    private readonly outline: DatasetOutline,
    private readonly waveforms: FloatRows,
    private readonly halves: FloatRows | undefined,
    private readonly region: string | undefined,
  ) {}

  /** @param region Of which the data set is; some sessions may have no unit of it */
  static async create(folder: string, outline: DatasetOutline, region?: string): Promise<DatasetWriter> {
    await mkdir(join(folder, 'spike_times'), { recursive: true });
    const shape = [outline.sites.length, outline.samples ?? waveformSamples];
    return new DatasetWriter(
      folder,
      outline,
      await FloatRows.create(folder, 'waveform_all.npy', shape),
      outline.halves ? await FloatRows.create(folder, 'waveform_halves.npy', [2, ...shape]) : undefined,
      region,
    );
  }

  /** Adds the units of session `s`, from 0. */
  async add(s: number, units: readonly ImportedUnit[]): Promise<void> {
    const { folder, durationS } = this.outline.sessions[s]!;
    for (const unit of units) {
      const k = this.sessions.length;
      const { timesMs } = unit;
      await writeNpy(join(this.folder, 'spike_times', `Unit${k}.npy`), { data: timesMs, shape: [timesMs.length] });
      await this.waveforms.add(unit.waveform);
      for (const half of unit.halves ?? []) await this.halves?.add(half);
      const depth = this.outline.sites[unit.peakChannel]!.y;
      const rate = timesMs.length / durationS;
      this.table.push([
        resolve(folder),
        unit.id,
        unit.label,
        unit.peakChannel,
        depth,
        unit.amplitudeUv.toFixed(2),
        timesMs.length,
        rate.toFixed(4),
        unit.averaged,
        unit.name,
      ]);
      this.sessions.push(s + 1);
      if (unit.peth) this.peth.push(unit.peth);
    }
  }

  /** Writes everything else. Undefined: there is not one unit of the region. */
  async finish(): Promise<Omit<ImportedDataSet, 'folder'> | undefined> {
    const { sites, sessions: all, peth } = this.outline;
    const numbers = this.numberSessions();
    const count = this.sessions.length;
    if (count === 0) return undefined;
    await this.waveforms.finish(count);
    await this.halves?.finish(count);
    const file = (name: string) => join(this.folder, name);
    const sessions = this.sessions.map((session) => numbers[session - 1]!);
    await writeNpy(file('session_index.npy'), { data: Int32Array.from(sessions), shape: [count] });
    await writeNpy(file('channel_locations.npy'), {
      data: Float64Array.from(sites.flatMap(({ x, y }) => [x, y])),
      shape: [sites.length, 2],
    });
    await writeNpy(file('channel_shanks.npy'), {
      data: Int32Array.from(sites, ({ shank }) => shank),
      shape: [sites.length],
    });
    await this.writePeth();
    const days = sessionDays(all.filter((_, s) => numbers[s] !== undefined));
    if (days) await writeNpy(file('session_days.npy'), { data: days, shape: [days.length] });
    const { settings } = completeSettings(
      peth?.isShared ? {} : { motionEstimation: { features: [['Waveform', 'AutoCorr']] } },
    );
    const unitsPerSession = all.map((_, s) => this.sessions.filter((session) => session === s + 1).length);
    await withOutputErrors(this.folder, async () => {
      await writeFile(file('settings.json'), settingsTemplate(settings));
      // The last column is for units whose sorter gives them names.
      const hasNames = this.table.some((row) => row.at(-1) !== undefined);
      const columns = hasNames ? [...unitColumns, 'unit_name'] : unitColumns;
      const lines = this.table.map((row, k) => csvLine([k, sessions[k], ...row].slice(0, columns.length)));
      await writeFile(file(unitsFile), [csvLine(columns), ...lines].join(''));
      await writeFile(file(importFile), `${JSON.stringify(this.record(unitsPerSession, numbers), undefined, 2)}\n`);
    });
    return { name: this.region, units: count, unitsPerSession, channels: sites.length };
  }

  /** Number of each session in this data set, without gaps; undefined: it has no unit here. */
  private numberSessions(): (number | undefined)[] {
    const { sessions, warnings, options } = this.outline;
    const present = sessions.map((_, s) => this.sessions.includes(s + 1));
    const empty = present.indexOf(false);
    if (empty >= 0 && this.region === undefined) {
      throw new DantError(
        'DANT_DATA',
        `Session ${empty + 1}: ${sessions[empty]!.folder}: no unit reaches ${options.minAmplitudeUv} µV. Lower --min-amplitude-uv.`,
      );
    }
    let next = 1;
    const numbers = present.map((isPresent) => (isPresent ? next++ : undefined));
    if (empty >= 0) {
      const absent = numbers.flatMap((number, s) => (number === undefined ? [s + 1] : []));
      warnings.push(
        `Region ${this.region!} has no unit in session ${listed(absent)}` +
          (next > 1
            ? `; its other sessions are numbered 1 to ${next - 1} (units.csv names their folders).`
            : ' and makes no data set.'),
      );
    }
    return numbers;
  }

  private async writePeth(): Promise<void> {
    const { peth } = this.outline;
    if (peth === undefined) return;
    const data = new Float64Array(this.peth.length * peth.length);
    this.peth.forEach((row, k) => {
      data.set(row, k * peth.length);
    });
    await writeNpy(join(this.folder, 'peth.npy'), { data, shape: [this.peth.length, peth.length] });
  }

  async close(): Promise<void> {
    await this.waveforms.close();
    await this.halves?.close();
  }

  /** What import.json says. */
  private record(unitsPerSession: readonly number[], numbers: readonly (number | undefined)[]) {
    const { outline, region } = this;
    const { peth } = outline;
    return {
      versions: { 'node-dant': packageVersion, node: process.versions.node },
      options: outline.options,
      region: region ?? null,
      units: this.sessions.length,
      channels: outline.sites.length,
      samples: outline.samples ?? waveformSamples,
      geometry: outline.geometry,
      peth: peth ? { types: peth.types, binsPerType: peth.bins } : null,
      sessions: outline.sessions.map(({ folder, record }, s) => ({
        session: numbers[s] ?? null,
        folder: resolve(folder),
        ...record,
        units: unitsPerSession[s],
      })),
      warnings: outline.warnings,
    };
  }
}

const unitColumns =
  'unit,session,folder,cluster_id,label,channel,depth_um,amplitude_uv,spikes,rate_hz,averaged_spikes'.split(',');
