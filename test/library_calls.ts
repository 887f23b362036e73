// A call of every function of the library that works: small, with files of its own.
import { join } from 'node:path';

import * as library from '../lib/index.js';
import { writeAlf } from './import/ibl/alf_writer.js';
import { haveShelf, shelf } from './import/shelf/shelf_fixtures.js';
import { writeSession } from './import/write_session.js';
import { noise } from './numbers.js';
import { pixelsCalls, stopping } from './pixels_calls.js';

/** A function's usual arguments; `run` gets them, changed or not. */
export interface LibraryCall {
  args: unknown[];
  run: (...args: unknown[]) => unknown;
}

const units = 12;
const array = (...shape: number[]) => ({
  data: Float64Array.from({ length: shape.reduce((product, length) => product * length, 1) }, (_, i) => noise(i)),
  shape,
});
const waveforms = () => ({ data: Float32Array.from(array(units, 4, 20).data), shape: [units, 4, 20] });
const channelLocationsUm = () => ({ data: Float64Array.of(0, 0, 0, 20, 0, 40, 0, 60), shape: [4, 2] });
const train = (unit: number) => Float64Array.from({ length: 40 }, (_, i) => 25 * i + 5 * noise(i + 40 * unit));
const trains = () => ({ timesMs: Float64Array.of(...train(0), ...train(1)), offsets: Float64Array.of(0, 40, 80) });
const binning = () => ({ windowMs: 50, binWidthMs: 1, gaussianSigmaMs: 2 });
const steering = () => ({ threads: 1, signal: new AbortController().signal, onProgress: () => undefined });
const withoutReport = { outputs: { figures: false, report: false } };

function distances() {
  const { data } = array(units, 2);
  const at = (i: number) => Math.hypot(data[2 * Math.floor(i / units)]! - data[2 * (i % units)]!, data[1]!);
  return {
    data: Float64Array.from({ length: units ** 2 }, (_, i) => {
      const [a, b] = [Math.floor(i / units), i % units];
      return a === b ? 0 : Math.abs(at(a * units) - at(b * units));
    }),
    shape: [units, units],
  };
}

const spikes = () => ({
  timesS: Float64Array.from({ length: 200 }, (_, i) => i / 10),
  clusters: Int32Array.from({ length: 200 }, (_, i) => i % 2),
  amplitudesV: new Float64Array(200).fill(1e-4),
  depthsUm: Float32Array.from({ length: 200 }, (_, i) => 20 * (i % 3)),
});

async function writeCache(cache: string): Promise<void> {
  const { timesS, clusters } = spikes();
  const templates = Float32Array.from(array(2, 4, 128).data, (value) => 1e-4 * value);
  for (const day of [1, 2]) {
    await writeAlf(join(cache, `lab/Subjects/M1/2024-06-0${day}/001/alf/probe00`), {
      timesS,
      clusters,
      channels: Int32Array.of(0, 2),
      labels: [1, 1],
      localCoordinates: channelLocationsUm().data,
      rawInd: Int32Array.of(0, 1, 2, 3),
      templates: { data: templates, width: 4, columns: Int32Array.of(0, 1, 2, 3, 2, 1, 0, 3), spikes: 3 },
    });
  }
  await library.writeNpy(join(cache, 'lab/Subjects/M1/2024-06-01/001/alf/probe00/drift.times.npy'), {
    data: [0, 1],
    shape: [2],
  });
  await library.writeNpy(join(cache, 'lab/Subjects/M1/2024-06-01/001/alf/probe00/drift.um.npy'), {
    data: [0, 1],
    shape: [2],
  });
  const raw = join(cache, 'lab/Subjects/M1/2024-06-01/001/raw_ephys_data/probe00');
  const { mkdirSync } = await import('node:fs');
  mkdirSync(raw, { recursive: true });
  await library.writeNpy(join(raw, '_spikeglx_ephysData_g0_t0.imec0.timestamps.npy'), {
    data: [0, 0, 30000, 1.001],
    shape: [2, 2],
  });
}

/** Called only where the files of other programs are there, which stand beside the project. */
export const namesOfShelf = ['importAnalyzers', 'importBombcell', 'importMatlab'];

/** @param folder Empty @param mini A data folder @param result Its result */
export async function libraryCalls(
  folder: string,
  { mini, parquet }: { mini: string; parquet: string },
): Promise<Record<string, LibraryCall>> {
  const result = join(folder, 'result');
  await library.track({ data: mini, output: result, settings: withoutReport });
  const cacheFolder = join(folder, 'cache');
  await writeCache(cacheFolder);
  const cache = await library.openOneCache(cacheFolder);
  const session = cache.sessions[0]!;
  const sorting = await library.loadSpikeSorting(cache, session, 'probe00');
  const sources = [];
  for (const day of [1, 2]) {
    const own = Array.from({ length: 2 }, (_, id) => ({
      id,
      channel: 3 + 4 * id,
      spikes: Array.from({ length: 15 }, (_, i) => 500 + 100 * i + 7 * id),
    }));
    sources.push({ folder: await writeSession(join(folder, `D${day}`), own, { rows: 3000, seed: day }), uvPerBit: 1 });
  }
  const imported = join(folder, 'imported');
  await library.importSessions(sources, imported);
  const importedResult = join(folder, 'imported result');
  await library.track({
    data: imported,
    output: importedResult,
    settings: {
      method: 'reference',
      motionEstimation: { features: [['Waveform']] },
      clustering: { features: ['Waveform'] },
      ...withoutReport,
    },
  });
  const sessionStarts = ['2024-05-01T09:30:00Z', '2024-05-02T09:30:00Z'];
  const nwb = await library.exportToNwb(importedResult, join(folder, 'nwb'), imported, { sessionStarts });
  const sessionsFile = join(folder, 'sessions.yaml');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(sessionsFile, `sessions: [${sources.map((source) => JSON.stringify(source.folder)).join(', ')}]\n`);
  writeFileSync(join(folder, 'settings.json'), '{ "n_jobs": 1 }');
  const npy = join(folder, 'array.npy');
  const npz = join(folder, 'arrays.npz');
  await library.writeNpy(npy, array(3, 2));
  await library.writeNpz(npz, { a: array(3, 2) });
  const simulated = join(folder, 'simulated');
  const small = { neurons: 4, sessions: 2, channels: 16, samples: 24, durationS: 10, seed: 1 };
  await library.simulate(simulated, small);
  const simulatedResult = join(folder, 'simulated result');
  await library.track({ data: simulated, output: simulatedResult, settings: withoutReport });

  let made = 0;
  /** A path that is new each time; what is not a text is handed over as it is. */
  const fresh = (path: unknown, ending = '') => (path === 'new' ? join(folder, `new ${++made}${ending}`) : path);
  const of = (name: keyof typeof library, ...args: unknown[]): [string, LibraryCall] => [
    name,
    { args, run: library[name] as LibraryCall['run'] },
  ];
  /** The same with a new path as argument `at`. */
  const writing = (name: keyof typeof library, at: number, ...args: unknown[]): [string, LibraryCall] => [
    name,
    {
      args,
      run: (...given) =>
        (library[name] as LibraryCall['run'])(...given.map((value, i) => (i === at ? fresh(value, '.npz') : value))),
    },
  ];
  const asInput = {
    waveforms: waveforms(),
    channelLocationsUm: channelLocationsUm(),
    sessions: Array.from({ length: units }, (_, unit) => 1 + (unit % 2)),
    spikeTimesMs: Array.from({ length: units }, (_, unit) => train(unit)),
    peth: array(units, 10),
    channelShanks: [0, 0, 0, 0],
    motion: { constantUm: Float64Array.of(0, 1), linear: Float64Array.of(0, 0) },
  };
  // Those of `namesOfShelf`
  const ofShelf = [
    writing(
      'importAnalyzers',
      1,
      [join(shelf, 'sorting-analyzer/data/binary_sparse_uv')],
      'new',
      { waveformUnit: 'uV', labels: ['good'], minSpikes: 3, commonMedian: false, halves: false, templates: '' },
      steering(),
    ),
    writing(
      'importBombcell',
      1,
      [join(shelf, 'bombcell/data/ks')],
      'new',
      { uvPerBit: 2.34, minSpikes: 3 },
      steering(),
    ),
    writing(
      'importMatlab',
      1,
      [join(shelf, 'matlab/data/v5_plain/spikeInfo.mat')],
      'new',
      { timesUnit: 'ms', minSpikes: 0 },
      steering(),
    ),
  ];
  const settings = { ...library.defaultSettings(), ...withoutReport };
  return Object.fromEntries([
    ...(await pixelsCalls(folder, { of, writing })),
    of('autoCorrelograms', trains(), binning(), steering()),
    of('binCounts', Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1), 1, 1, { x: [0, 4], y: [0, 4] }),
    of('brainRegion', 385),
    of('centreWaveforms', waveforms(), steering()),
    of('checkDataset', mini, { peth: true }, steering()),
    of('completeSettings', { n_jobs: 1, clustering: { max_distance: 80 } }),
    of('crossCorrelogram', train(0), train(1), { windowMs: 50, binWidthMs: 1 }, steering()),
    of('curateClusters', {
      labels: Int32Array.from({ length: units }, (_, unit) => 1 + (unit % 3)),
      sessions: Int32Array.from({ length: units }, (_, unit) => 1 + (unit % 2)),
      similarity: distances(),
      threshold: 0.1,
    }),
    of('datasetFromArrays', asInput),
    of('datasetRequirements', settings),
    of('defaultSettings'),
    of('elementCount', [2, 3]),
    of(
      'estimateMotion',
      {
        sessionA: Int32Array.of(1, 1, 1),
        sessionB: Int32Array.of(2, 2, 2),
        depthAUm: Float64Array.of(0, 10, 20),
        depthBUm: Float64Array.of(1, 12, 21),
      },
      { sessionCount: 2, linear: false, resamples: 5, seed: 1 },
    ),
    writing('exportCsv', 1, result, 'new', { dataFolder: mini, force: false }),
    writing('exportNpz', 1, result, 'new', { dataFolder: mini, force: false }),
    of('exportToPhy', importedResult, imported, { force: true }),
    writing('exportToNwb', 1, importedResult, 'new', imported, { sessionStarts }),
    of('findProbe', cache, { subject: 'M1', date: '2024-06-01', probe: 'probe00' }, ''),
    of('findSessions', cache, { subject: 'M1', number: 1 }),
    of('firingRateImage', spikes(), 60, { timeBinS: 0.5, depthBinUm: 10 }),
    of('gaussianFilter1d', array(2, 20), 1.5, steering()),
    of('hdbscan', {
      points: array(units, 2),
      minClusterSize: 2,
      minSamples: 2,
      maxClusterSize: 5,
      selection: 'leaf',
      selectionEpsilon: 0.1,
      allowSingleCluster: false,
    }),
    writing('importIbl', 2, cacheFolder, { subject: 'M1', probe: 'probe00', sorter: '', minSpikes: 3 }, 'new'),
    ...(haveShelf ? ofShelf : []),
    writing(
      'importNwb',
      1,
      nwb.files,
      'new',
      { waveformUnit: 'V', timesUnit: 's', labelColumn: 'quality', minSpikes: 3 },
      steering(),
    ),
    writing('importSessions', 1, sources, 'new', {
      labels: ['good'],
      minSpikes: 3,
      minRateHz: 0,
      minAmplitudeUv: 0,
      maxMissing: 0,
      spikesPerUnit: 5,
      seed: 2,
      eventsUnit: 's',
      pethWindowMs: [-100, 100],
    }),
    of('isiHistograms', trains(), binning(), steering()),
    of('joinSpikeTrains', [train(0), train(1)]),
    of('krigeWaveforms', {
      waveforms: waveforms(),
      channelLocationsUm: channelLocationsUm(),
      shiftsUm: array(1, units),
    }),
    of('lda', { rows: array(units, 2), classes: Array.from({ length: units }, (_, i) => i % 2) }),
    of('loadChannels', cache, session, 'probe00', { sorter: '', revision: '2024-07-01' }),
    of('loadDataset', mini, { peth: true }, steering()),
    of('loadDrift', cache, sorting),
    of('loadProbeClock', cache, session, 'probe00'),
    of('loadSettings', join(folder, 'settings.json'), ['n_jobs=2']),
    of('loadSpikeSorting', cache, session, 'probe00', { sorter: '', strict: false, datasetTypes: ['spikes.samples'] }),
    of('locateUnits', { waveforms: waveforms(), channelLocationsUm: channelLocationsUm(), nearestChannels: 3 }),
    of('mergeClusters', { spikes: sorting.spikes, clusters: sorting.clusters, channels: sorting.channels }),
    of('motionAt', { constantUm: Float64Array.of(0, 1), linear: Float64Array.of(0, 0) }, 2, 100),
    of('noMotion', 2),
    of('openOneCache', cacheFolder),
    of('optimalLeafOrder', {
      linkage: await library.singleLinkage({ distances: distances() }),
      distances: distances(),
      rule: 'scipy',
    }),
    of('parseSettings', '{ "n_jobs": 1 }', 'settings.json', ['n_jobs=2']),
    of('readNpy', npy, { as: 'float64' }),
    of('readNpz', npz, { names: ['a'] }),
    of('readParquet', parquet, ['dataset_size']),
    of('readSessionsFile', sessionsFile),
    of('recognise', nwb.files[0]),
    of('recogniseIbl', cacheFolder),
    stopping(of('refreshReport', simulatedResult, { figures: false, report: false, signal: AbortSignal.abort() })),
    of('rowSimilarity', array(units, 5), { skipNaN: true }, steering()),
    writing(
      'runTracking',
      -1,
      { ...settings, path_to_data: mini, output_folder: join(folder, 'run') },
      { overwrite: true, signal: AbortSignal.abort() },
    ),
    of('scoreResult', simulatedResult, simulated),
    writing('simulate', 0, 'new', small, { onProgress: () => undefined }),
    stopping(
      writing(
        'simulateRaw',
        0,
        'new',
        { neurons: 2, sessions: 1, channels: 16, durationS: 1, seed: 1 },
        { signal: AbortSignal.abort() },
      ),
    ),
    of('singleLinkage', { distances: distances() }),
    of('spikeRaster', spikes(), { timeBinS: 0.5, depthBinUm: 20 }),
    of('track', { data: asInput, settings: { n_jobs: 1 }, threads: 1 }),
    of('trackedUnits', result, mini),
    of('unitMetrics', spikes(), 2),
    of('waveformAxes', waveforms()),
    of('waveformSimilarity', {
      waveforms: waveforms(),
      channelLocationsUm: channelLocationsUm(),
      channelShanks: Int32Array.of(0, 0, 1, 1),
      nearestChannels: 2,
      shiftsUm: array(1, units),
      quantised: true,
    }),
    writing('writeNpy', 0, 'new', array(2, 3)),
    writing('writeNpz', 0, 'new', { a: array(2, 3) }),
  ]);
}
