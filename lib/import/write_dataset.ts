import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { withOutputErrors, writeNpy } from '../files/npy_writer.js';
import { packageVersion } from '../files/package_version.js';
import { completeSettings } from '../settings/index.js';
import { settingsTemplate } from '../settings/template.js';
import { csvLine } from './csv.js';
import { FloatRows } from './float_rows.js';
import type { ImportSummary } from './import_sessions.js';
import { waveformSamples } from './mean_waveforms.js';
import type { CompleteImportOptions } from './options.js';
import type { ImportPlan } from './plan.js';
import type { PlannedUnit } from './plan_session.js';
import { unitsFile } from './tracked_units.js';

/** A unit with its mean waveform. */
export interface ImportedUnit extends PlannedUnit {
  /** (C, 61) µV */
  waveform: Float32Array;
  /** The same of the first and the second half of the session; NaN: silent; none if not asked for */
  halves: Float32Array[];
  /** Of the C channels */
  peakChannel: number;
  amplitudeUv: number;
}

/** Fills a data folder, session by session. How many units there will be is known only at its end. */
export class DatasetWriter {
  private readonly sessions: number[] = [];
  private readonly table = [
    'unit,session,folder,cluster_id,label,channel,depth_um,amplitude_uv,spikes,rate_hz,averaged_spikes\n',
  ];

  private constructor(
    private readonly folder: string,
    private readonly plan: ImportPlan,
    private readonly options: CompleteImportOptions,
    private readonly waveforms: FloatRows,
    private readonly halves: FloatRows | undefined,
  ) {}

  static async create(folder: string, plan: ImportPlan, options: CompleteImportOptions): Promise<DatasetWriter> {
    await mkdir(join(folder, 'spike_times'));
    const { length } = plan.sites;
    return new DatasetWriter(
      folder,
      plan,
      options,
      await FloatRows.create(folder, 'waveform_all.npy', [length, waveformSamples]),
      options.halves ? await FloatRows.create(folder, 'waveform_halves.npy', [2, length, waveformSamples]) : undefined,
    );
  }

  /** Adds the units of session `s`, from 0. */
  async add(s: number, units: readonly ImportedUnit[]): Promise<void> {
    const { folder, recording } = this.plan.sessions[s]!;
    const { sampleRateHz, rows } = recording;
    for (const unit of units) {
      const k = this.sessions.length;
      const times = unit.spikes.map((sample) => (1000 * sample) / sampleRateHz);
      await writeNpy(join(this.folder, 'spike_times', `Unit${k}.npy`), { data: times, shape: [times.length] });
      await this.waveforms.add(unit.waveform);
      for (const half of unit.halves) await this.halves?.add(half);
      const depth = this.plan.sites[unit.peakChannel]!.y;
      const rate = (unit.spikes.length * sampleRateHz) / rows;
      this.table.push(
        csvLine([
          k,
          s + 1,
          folder,
          unit.id,
          unit.label,
          unit.peakChannel,
          depth,
          unit.amplitudeUv.toFixed(2),
          unit.spikes.length,
          rate.toFixed(4),
          unit.averaged.length,
        ]),
      );
      this.sessions.push(s + 1);
    }
  }

  /** Writes everything else. */
  async finish(): Promise<ImportSummary> {
    const { sites, sessions, warnings } = this.plan;
    const unitsPerSession = sessions.map((_, s) => this.sessions.filter((session) => session === s + 1).length);
    const empty = unitsPerSession.indexOf(0);
    if (empty >= 0) {
      throw new DantError(
        'DANT_DATA',
        `Session ${empty + 1}: ${sessions[empty]!.folder}: no unit reaches ${this.options.minAmplitudeUv} µV. Lower --min-amplitude-uv.`,
      );
    }
    const count = this.sessions.length;
    await this.waveforms.finish(count);
    await this.halves?.finish(count);
    const file = (name: string) => join(this.folder, name);
    await writeNpy(file('session_index.npy'), { data: Int32Array.from(this.sessions), shape: [count] });
    await writeNpy(file('channel_locations.npy'), {
      data: Float64Array.from(sites.flatMap(({ x, y }) => [x, y])),
      shape: [sites.length, 2],
    });
    await writeNpy(file('channel_shanks.npy'), {
      data: Int32Array.from(sites, ({ shank }) => shank),
      shape: [sites.length],
    });
    const { settings } = completeSettings({ motionEstimation: { features: [['Waveform', 'AutoCorr']] } });
    const summary = { units: count, unitsPerSession, channels: sites.length, warnings };
    await withOutputErrors(this.folder, async () => {
      await writeFile(file('settings.json'), settingsTemplate(settings));
      await writeFile(file(unitsFile), this.table.join(''));
      await writeFile(file('import.json'), `${JSON.stringify(this.record(summary), undefined, 2)}\n`);
    });
    return summary;
  }

  async close(): Promise<void> {
    await this.waveforms.close();
    await this.halves?.close();
  }

  /** What import.json says. */
  private record({ units, unitsPerSession, channels, warnings }: ImportSummary) {
    return {
      versions: { 'node-dant': packageVersion, node: process.versions.node },
      options: this.options,
      units,
      channels,
      samples: waveformSamples,
      geometry: this.plan.geometry,
      sessions: this.plan.sessions.map(({ folder, sorting, recording, labels }, s) => ({
        folder,
        recording: recording.files,
        rows: recording.rows,
        columns: recording.columns,
        sampleRateHz: recording.sampleRateHz,
        probe: recording.probe ?? null,
        serialNumber: recording.serialNumber ?? null,
        filteredBefore: recording.isFiltered,
        sortedChannels: sorting.channelMap.length,
        clustersByLabel: labels,
        units: unitsPerSession[s],
      })),
      warnings,
    };
  }
}
