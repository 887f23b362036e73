// Calls of the functions of the library for experiments, each of which works; see library_calls.ts.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readSorting } from '../lib/import/sorter_folder.js';
import * as library from '../lib/index.js';
import type { LibraryCall } from './library_calls.js';
import { noise } from './numbers.js';

type Named = [string, LibraryCall];

export interface Callers {
  of: (name: keyof typeof library, ...args: unknown[]) => Named;
  /** With a new path as argument `at`, which ends in .npz */
  writing: (name: keyof typeof library, at: number, ...args: unknown[]) => Named;
}

/** The call of what would work for long: stopped at once, also by options in which something else takes the place of a part. */
export const stopping = ([name, { args, run }]: Named): Named => [
  name,
  {
    args,
    run: (...given) => {
      const last = given.at(-1);
      const isOptions = typeof last === 'object' && last !== null && !Array.isArray(last) && !ArrayBuffer.isView(last);
      return run(...given.slice(0, -1), isOptions ? { signal: AbortSignal.abort(), ...last } : last);
    },
  },
];

const train = (unit: number) => Float64Array.from({ length: 40 }, (_, i) => 25 * i + 5 * noise(i + 40 * unit));
const steering = () => ({ threads: 1, signal: new AbortController().signal, onProgress: () => undefined });

/** @param folder Where files may be made */
export async function pixelsCalls(folder: string, callers: Callers): Promise<Named[]> {
  const own = join(folder, 'pixels');
  mkdirSync(own);
  return [...eventCalls(callers), ...processingCalls(own, callers), ...(await experimentCalls(own, callers))];
}

/** Of what happens around events, without files. */
function eventCalls({ of }: Callers): Named[] {
  const spikesOf = () => [{ id: 3, timesMs: [train(0), train(1)] }];
  const trials = () => [
    { recording: 0, action: 0, eventMs: 300 },
    { recording: 1, action: 1, eventMs: 500 },
  ];
  const kind = { label: 1, event: 64 };
  const labels = () => ({ actions: Float64Array.of(0, 1, 0, 0), events: Float64Array.of(0, 0, 64, 0) });
  const waveform = () => Float64Array.of(0, -1, -3, -1, 0.5, 1, 0.8, 0.4, 0.1);
  const sampleTimes = () => Float64Array.from({ length: 9 }, (_, i) => i / 30);
  const bins = {
    startS: -0.1,
    stepS: 0.1,
    endS: 0.2,
    sampleSize: 2,
    confidence: 90,
    samples: 50,
    seed: 1,
    sigmaMs: 10,
  };
  const baseline = { startS: -0.2, endS: -0.1, trials: trials() };
  return [
    of('alignClips', [Float64Array.of(280, 300, 320), Float64Array.of(480, 500)], trials(), 0.05),
    of('alignSpikeRates', spikesOf(), trials(), 0.2, 10, steering()),
    of('alignSpikeTimes', spikesOf(), trials(), 0.2),
    of('atEveryMs', Float64Array.of(1, 3, 5), Float64Array.of(1, 2, 3, 4, 5, 6), 2, 6),
    of('findTrials', [labels(), undefined], kind, 8000),
    of('frameTimes', Float64Array.of(0, 5, 0, 5, 0, 5, 0), 1, 3),
    of(
      'resample',
      Float64Array.from({ length: 80 }, (_, i) => noise(i)),
      2,
      { fromHz: 2000, toHz: 1000, method: 'polyphase' },
      steering(),
    ),
    of('spikeRateConfidence', spikesOf(), trials(), { ...bins, baseline }, steering()),
    of('spikeWidth', waveform(), sampleTimes()),
    of('waveformMetrics', waveform(), sampleTimes(), 4),
  ];
}

/** Of signals and videos. */
function processingCalls(folder: string, { of, writing }: Callers): Named[] {
  const paths = { bin: join(folder, 'x.ap.bin'), meta: join(folder, 'x.ap.meta') };
  writeFileSync(
    paths.bin,
    Int16Array.from({ length: 3 * 6000 }, (_, i) => Math.round(100 * noise(i))),
  );
  const imro = [0, 1].map((c) => `(${c} 0 0 500 250 1)`).join('');
  const meta = [
    'nSavedChans=3',
    'snsApLfSy=2,0,1',
    'imSampRate=30000',
    'imAiRangeMax=0.6',
    `~imroTbl=(0,384)${imro}`,
    '',
  ];
  writeFileSync(paths.meta, meta.join('\n'));
  const coordinates = join(folder, 'coordinates.csv');
  const head = ['scorer,net,net,net', 'bodyparts,paw,paw,paw', 'coords,x,y,likelihood'];
  writeFileSync(coordinates, [...head, '0,1,2,1', '1,2,3,0.9', ''].join('\n'));
  const ffmpeg = join(folder, 'ffmpeg');
  writeFileSync(ffmpeg, '#!/bin/sh\nfor last; do :; done\ncat > "$last"\n');
  chmodSync(ffmpeg, 0o755);
  const lag = () => ({ startMs: 2, endMs: 3 });
  const table = () => ({
    columns: ['a', 'b'],
    rows: 10,
    values: Float64Array.from({ length: 20 }, (_, i) => i),
    dropped: [{ column: 'c', reason: 'it is short' }],
  });
  const values = Float64Array.from({ length: 200 }, (_, i) => noise(i));
  const signal = {
    path: "/'Tone'/'0'",
    length: 200,
    incrementS: 0.0005,
    readNumbers: (first: number, count: number) => Promise.resolve(values.slice(first, first + count)),
  };
  const frame = (index: number) => Promise.resolve(Uint8Array.from({ length: 48 }, (_, i) => 5 * i + 9 * index));
  const camera = { frames: 3, width: 8, height: 6, frameMs: 20, frame };
  const region = [
    [1, 1],
    [6, 1],
    [6, 5],
  ];
  const tracked = { scorer: 'net', parts: ['paw'], values: Float64Array.of(1, 2, 1, 2, 3, 1, 3, 4, 0.01) };
  const levels = [
    { name: 'session', values: ['a', 'b'] },
    { name: 'unit', values: Int32Array.of(1, 2) },
  ];
  return [
    of('assessNoise', paths, 1, steering()),
    of('behaviourTable', 'behaviour.tdms', [signal], steering()),
    of('croppedBehaviour', table(), lag()),
    writing('extractVideo', 1, camera, 'new', { force: true, ffmpeg }, steering()),
    of('motionIndex', camera, [region], steering()),
    writing('processAp', 1, paths, 'new', { lag: lag() }, steering()),
    writing('processLfp', 2, paths, 'ap', 'new', { lag: lag(), method: 'polyphase', reference: 'median' }, steering()),
    of('readDeepLabCut', coordinates),
    writing('writeBehaviour', 0, 'new', table(), ['b']),
    writing('writeFrame', 0, 'new', Float64Array.of(1, 2, 3, 4), levels, {
      index: [{ name: 'time', values: Float64Array.of(0.5, 1) }],
      gzip: 1,
    }),
    writing('writeMotionTracking', 0, 'new', tracked, Float64Array.of(1, 3, 5), 6, 6),
  ];
}

/** Of an experiment: what starts much work is stopped when its arguments have been looked at. */
async function experimentCalls(folder: string, { of, writing }: Callers): Promise<Named[]> {
  const data = join(folder, 'experiment');
  const small = { channels: 16, neurons: 10, sessions: 2, durationS: 16, seed: 4 };
  await library.simulateExperiment(data, small);
  const task = await library.loadTask('lever-push');
  const mice = ['M1'];
  await library.processExperiment(data, { mice, steps: ['sync', 'behaviour'], settings: { task } });
  const { sessions: found } = await library.openExperiment(data, { mice });
  const sessions = await Promise.all(found.map((session) => library.SessionData.open(session)));
  const push = { label: 1, event: 64 };
  const responses = [{ name: 'push', ...push }];
  const tracking = join(folder, 'tracking');
  await library.exportTracking(sessions, tracking, { responses });
  const result = join(folder, 'result');
  const outputs = { figures: false, report: false };
  await library.track({ data: tracking, output: result, settings: { method: 'reference', outputs } });
  const neurons = await library.trackedNeurons(result, tracking, sessions);
  const units = neurons[0]!.units;
  const ofSessions = sessions.map((_, s) => units.filter(({ session }) => session === s).map(({ id }) => id));
  const { sorted } = sessions[0]!;
  const curated = join(folder, 'curated');
  mkdirSync(curated);
  writeFileSync(join(curated, 'cluster_info.tsv'), 'cluster_id\tgroup\tdepth\n3\tgood\t2000\n');
  const stopped = { signal: AbortSignal.abort() };
  const selection = { group: 'good', uncurated: false, minSpikeWidthMs: 0 };
  const bins = { startS: -0.1, stepS: 0.1, endS: 0.2, sigmaMs: 10 };
  const bootstrap = { sampleSize: 2, confidence: 90, samples: 50, seed: 1 };
  const folders = {
    mice,
    interim: join(data, 'interim'),
    dateFormat: 'YYMMDD',
    sessionPattern: /^(?<date>.+)_(?<mouse>.+)$/,
  };
  const lfp = { method: 'polyphase', reference: 'none' };
  const told = { onEvent: () => undefined, onStart: () => undefined };
  return [
    of(
      'alignTrials',
      sessions,
      { ...push, data: 'spike_rate', durationS: 0.2, sigmaMs: 5, units: ofSessions },
      steering(),
    ),
    of(
      'alignedRateConfidence',
      sessions,
      { ...push, ...bins, ...bootstrap, units: ofSessions, baseline: { startS: -0.2, endS: 0 }, baselineOf: push },
      steering(),
    ),
    stopping(
      writing('exportTracking', 1, sessions, 'new', { selection, responses, import: { spikesPerUnit: 5 } }, stopped),
    ),
    of('loadTask', 'lever-push'),
    of('neuronRates', neurons, sessions, responses, { ...bins, ...bootstrap }, steering()),
    of('openExperiment', data, folders),
    of(
      'processExperiment',
      data,
      { ...folders, sessions: [found[0]!.name], steps: ['sync'], settings: { task, lfp }, jobs: 1 },
      { ...stopped, ...told },
    ),
    of(
      'selectUnits',
      curated,
      { ...selection, minDepthUm: 0, maxDepthUm: 3000, maxSpikeWidthMs: 1, name: 'all' },
      { probeDepthUm: 3000, spikeWidths: () => Promise.resolve(new Map()) },
    ),
    stopping(
      writing(
        'simulateExperiment',
        0,
        'new',
        { ...small, sessions: 1, durationS: 6 },
        { ...stopped, onProgress: () => undefined },
      ),
    ),
    stopping(of('spikeWaveforms', await readSorting(sorted), await sessions[0]!.rawFiles(), ofSessions[0]!, stopped)),
    stopping(of('unitWaveformMetrics', sessions[0]!, ofSessions[0]!, stopped)),
    writing('writeWaveformMetrics', 0, 'new', [
      { session: 'a', unit: 3, values: [5, 0.4, 0.4, 1, 0.2, 1, 1], problem: undefined },
    ]),
    of('trackedNeurons', result, tracking, sessions, 2),
  ];
}
