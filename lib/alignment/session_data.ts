import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { bandFiles } from '../experiment/ephys_paths.js';
import { behaviourOutput, lfpOutput, stemOf } from '../experiment/output_names.js';
import { restoreFile } from '../experiment/restore.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from '../experiment/session.js';
import { readLags, readSyncs, type ClockLine, type SyncRecord } from '../experiment/sync_files.js';
import { readMtscompHeader } from '../import/mtscomp_source.js';
import type { RecordingMeta } from '../import/recording.js';
import { readSorting, type Sorting } from '../import/sorter_folder.js';
import { parseSpikeGlxMeta } from '../import/spikeglx_meta.js';
import type { RunOptions } from '../native/run.js';
import type { AlignedTable } from './aligned_table.js';
import { AlignedCache } from './cache.js';
import { openContinuous, type ContinuousSignal } from './continuous.js';
import { readProbeDepth, selectUnits, type SelectedUnits, type UnitSelection } from './select_units.js';
import { timesByRecording, type UnitSpikes } from './spikes.js';
import { medianSpikeWidths, spikeWaveforms } from './spike_waveforms.js';
import { readActionLabels, type ActionLabels } from './trials.js';

/** What is read at the rows of the action labels. */
export const signalKinds = ['behavioural', 'spike', 'lfp', 'motion_index', 'motion_tracking'] as const;
export type SignalKind = (typeof signalKinds)[number];

/** See `SessionData.open`. */
export type ClockChoice = 'lag' | 'map';

/** A recording of a probe and what is needed of it. */
interface ProbeRecording extends SessionRecording {
  /** Rows of its AP data */
  rows: number;
  rateHz: number;
  /** Lag of the probe, ms; undefined: not synchronised */
  startMs: number | undefined;
  /** Where the map of the clocks is to be taken instead */
  clock: ClockLine | undefined;
}

/** A session as it is looked at around events: the recordings of one probe, their action labels and units. Read once. */
export class SessionData {
  private sorting: Promise<Sorting> | undefined;
  private labels: Promise<(ActionLabels | undefined)[]> | undefined;
  readonly cache: AlignedCache;

  private constructor(
    readonly session: Session,
    readonly probe: number,
    readonly recordings: readonly ProbeRecording[],
  ) {
    this.cache = new AlignedCache(join(session.interim, 'cache'));
  }

  /**
   * Rejects with DANT_DATA if the session has no recording, or several probes of which none is named.
   * @param probe Number of imec; undefined: there is only one
   * @param clock How the probe's time becomes the behaviour's: by the lag, or by the map of their clocks, which must be there
   */
  static async open(session: Session, probe?: number, clock: ClockChoice = 'lag'): Promise<SessionData> {
    const probes = [...new Set(session.recordings.map((recording) => recording.probe))];
    const chosen = probe ?? (probes.length === 1 ? probes[0] : undefined);
    const own = session.recordings.filter((recording) => recording.probe === chosen);
    if (chosen === undefined || own.length === 0) {
      const found = probes.map((number) => `imec${number}`).join(', ') || 'no recording of a probe';
      throw fileError(
        session.raw,
        chosen === undefined && probes.length > 1
          ? `${session.name} has several probes: ${found}. Say which one: --probe ${probes[0]!}.`
          : `${session.name} has no recording of ${chosen === undefined ? 'a probe' : `imec${chosen}`} but ${found}.`,
      );
    }
    const lags = await readLags(session.processed, session.recordings.length);
    const syncs = clock === 'map' ? await readSyncs(session.processed) : [];
    const recordings: ProbeRecording[] = [];
    for (const recording of own) {
      const path = await SessionData.file(session, recording.apMeta, 'AP metadata');
      const meta = parseSpikeGlxMeta(path, await readText(path));
      const startMs = lags[recording.index]?.lag_start ?? undefined;
      recordings.push({
        ...recording,
        rows: await SessionData.rows(session, recording, meta),
        rateHz: meta.sampleRateHz,
        startMs,
        clock: clock === 'map' && startMs !== undefined ? clockOf(session, syncs, recording.index, startMs) : undefined,
      });
    }
    return new SessionData(session, chosen, recordings);
  }

  /** The action labels of each recording; undefined: there are none, or it is not synchronised. */
  actionLabels(): Promise<(ActionLabels | undefined)[]> {
    return (this.labels ??= Promise.all(
      this.recordings.map(async ({ index, startMs }) => {
        const path = this.labelFile(index);
        return existsSync(path) && startMs !== undefined ? readActionLabels(path) : undefined;
      }),
    ));
  }

  labelFile(index: number): string {
    return join(this.session.processed, `action_labels_${index}.npy`);
  }

  /** The folder of the sorter. Throws DANT_DATA if there is none. */
  get sorted(): string {
    const folders = [...new Set(this.recordings.map(({ sorted }) => sorted))];
    if (folders.length === 1 && folders[0] !== undefined) return folders[0];
    throw new DantError(
      'DANT_DATA',
      `${this.session.name}: imec${this.probe} has not been sorted: expected ${join(this.session.processed, 'sorted_stream_0')} with spike_times.npy of Kilosort or phy.`,
    );
  }

  /** What the sorter found. Rejects with DANT_DATA. */
  readSorting(): Promise<Sorting> {
    return (this.sorting ??= readSorting(this.sorted));
  }

  /** Chooses units; those that are needed for their widths are read from the raw recording. Rejects with DANT_DATA. */
  async selectUnits(selection: UnitSelection, run: RunOptions = {}): Promise<SelectedUnits> {
    return selectUnits(this.sorted, selection, {
      probeDepthUm: await readProbeDepth(this.session.processed),
      spikeWidths: async (ids) => medianSpikeWidths(await this.spikeWaveforms(ids, run), ids),
    });
  }

  /** Waveforms of units on their peak channels; see `spikeWaveforms`. Kept in the session's cache. */
  async spikeWaveforms(ids: readonly number[], run: RunOptions = {}): Promise<AlignedTable> {
    const files = await this.rawFiles(run);
    const key = { method: 'spike_waveforms', settings: { ids }, inputs: [...files, ...this.sorterFiles()] };
    return this.cache.get(key, async () => spikeWaveforms(await this.readSorting(), files, ids, run));
  }

  /** Files that spikes depend on */
  sorterFiles(): string[] {
    const names = ['spike_times.npy', 'spike_clusters.npy', 'spike_templates.npy', 'params.py', 'channel_map.npy'];
    return names.map((name) => join(this.sorted, name));
  }

  /** Spikes of units by their ids. Rejects with DANT_DATA if a unit has none. */
  async spikes(ids: readonly number[]): Promise<UnitSpikes[]> {
    const { units } = await this.readSorting();
    const rateHz = this.recordings[0]!.rateHz;
    return ids.map((id) => {
      const unit = units.find((other) => other.id === id);
      if (!unit) throw fileError(this.sorted, `there is no cluster ${id} with spikes.`);
      return { id, timesMs: timesByRecording(unit.spikes, this.recordings, rateHz) };
    });
  }

  /** The signals of a kind of each recording, open; undefined: there is none. Close them. */
  async openSignals(kind: SignalKind, of?: string): Promise<(ContinuousSignal | undefined)[]> {
    const level = kind === 'motion_index' ? 'ROI' : 'unit';
    const opened: (ContinuousSignal | undefined)[] = [];
    try {
      for (const recording of this.recordings) {
        const path = this.signalFiles(kind, recording, of).find((candidate) => existsSync(candidate));
        opened.push(path === undefined ? undefined : await openContinuous(path, level));
      }
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
    if (opened.some((signal) => signal !== undefined)) return opened;
    const expected = this.recordings.flatMap((recording) => this.signalFiles(kind, recording, of));
    throw fileError(
      expected[0] ?? this.session.processed,
      `could not find ${kind} data of ${this.session.name}. Make them: dant pixels process.`,
    );
  }

  /** The raw AP files of the recordings in sequence, restored if they are archives. */
  async rawFiles({ signal }: RunOptions = {}): Promise<string[]> {
    const files: string[] = [];
    for (const recording of this.recordings) {
      const [bin, meta, ch] = bandFiles(recording, 'ap');
      await SessionData.file(this.session, meta, 'AP metadata', signal);
      if (bin?.name.endsWith('.cbin')) await SessionData.file(this.session, ch, `the .ch file of ${bin.name}`, signal);
      files.push(await SessionData.file(this.session, bin, 'raw AP data file', signal));
    }
    return files;
  }

  private signalFiles(kind: SignalKind, recording: SessionRecording, of?: string): string[] {
    const at = (name: string) => join(this.session.processed, name);
    const { index } = recording;
    if (kind === 'motion_index') return [at(`motion_index_${index}.npy`)];
    if (kind === 'motion_tracking') return [at(`motion_tracking_${of ?? ''}_${index}.h5`)];
    const name =
      kind === 'behavioural'
        ? behaviourOutput(this.session, recording)
        : kind === 'lfp'
          ? lfpOutput(recording)
          : recording.apBin && `${stemOf(recording.apBin.name)}_processed.h5`;
    return name === undefined ? [] : [at(name), at(name.replace(/\.h5$/, '.npy'))];
  }

  /** Of the AP data. Metadata of a recording that crashed have no size. */
  private static async rows(session: Session, recording: SessionRecording, meta: RecordingMeta): Promise<number> {
    const { apBin, apCh } = recording;
    const rowBytes = 2 * meta.columns;
    if (meta.fileSizeBytes !== undefined) return Math.floor(meta.fileSizeBytes / rowBytes);
    if (apBin?.name.endsWith('.cbin')) {
      const path = await SessionData.file(session, apCh, `the .ch file of ${apBin.name}`);
      return (await readMtscompHeader(path)).chunk_bounds.at(-1)!;
    }
    return Math.floor((await stat(await SessionData.file(session, apBin, 'raw AP data file'))).size / rowBytes);
  }

  private static async file(
    session: Session,
    file: SessionFile | undefined,
    what: string,
    signal?: AbortSignal,
  ): Promise<string> {
    if (file === undefined) throw fileError(session.raw, `${session.name}: could not find ${what}.`);
    return pathOf(file) ?? restoreFile(file, session, { signal });
  }
}

/** Closes signals of `openSignals`. */
export async function closeAll(signals: readonly (ContinuousSignal | undefined)[]): Promise<void> {
  for (const signal of signals) await signal?.close();
}

/** The map of the clocks that belongs to the lag of `lag.json`, by which the behaviour was cropped. */
function clockOf(
  session: Session,
  syncs: readonly (SyncRecord | undefined)[],
  index: number,
  startMs: number,
): ClockLine {
  const path = join(session.processed, 'sync.json');
  const sync = syncs[index];
  if (!sync?.clock) {
    throw fileError(
      path,
      `there is no map of the clocks of recording ${index}. Make it: dant pixels process --steps sync; or take the lag (--clock lag).`,
    );
  }
  if (sync.lagMs === startMs) return sync.clock;
  throw fileError(
    path,
    `the map of the clocks of recording ${index} belongs to a lag of ${sync.lagMs} ms but lag.json has ${startMs} ms. ` +
      'Take the lag (--clock lag); or have both made anew: set the lag in lag.json to null and run dant pixels process --steps sync.',
  );
}
