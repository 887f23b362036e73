// Times the mean waveforms of a raw recording beside what the machine can do: reading the file, inflating it; and beside
// SpikeInterface, if the Python of DANT_BENCH_PYTHON has it. CPU seconds of the process, in one run, of the same spikes.
// Command line: npm run bench:import -- [--seconds 60] [--units 300] [--spikes 180] [--rounds 3]
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { inflate } from 'node:zlib';

import { readNpy } from '../dist/files/npy.js';
import { meanWaveforms } from '../dist/import/mean_waveforms.js';
import { openMtscomp } from '../dist/import/mtscomp_source.js';
import { openFlatFile } from '../dist/import/raw_source.js';
import { channels, columns, sampleRateHz, writeRecording, writeSpikes } from './import/recording.mjs';
import { processor } from './report.mjs';

const option = (text) => ({ type: 'string', default: text });
const { values } = parseArgs({
  options: { seconds: option('60'), units: option('300'), spikes: option('180'), rounds: option('3') },
});
const [seconds, units, spikesPerUnit, rounds] = [values.seconds, values.units, values.spikes, values.rounds].map(
  Number,
);
const python = process.env.DANT_BENCH_PYTHON;
/** SpikeInterface's filter is slow: it gets so much of the recording only, and its time is scaled. */
const filteredSeconds = Math.min(seconds, 6);
const folder = mkdtempSync(join(tmpdir(), 'dant-bench-import-'));
const at = (name) => join(folder, name);

/** The shortest of some runs: { cpu, wall } in seconds, and the last result. */
async function shortest(run, prepare = () => undefined) {
  let best = { cpu: Infinity, wall: Infinity };
  for (let round = 0; round < rounds; ++round) {
    await prepare();
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const result = await run();
    const { user, system } = process.cpuUsage(cpuBefore);
    const wall = (performance.now() - start) / 1000;
    best = { cpu: Math.min(best.cpu, (user + system) / 1e6), wall: Math.min(best.wall, wall), result };
  }
  return best;
}

async function readAll(path) {
  const file = await open(path);
  const bytes = new Uint8Array(8 << 20);
  while ((await file.read(bytes, 0, bytes.length)).bytesRead > 0);
  await file.close();
}

/** All chunks, as many at once as there are threads for it. */
async function inflateAll(path, { chunk_offsets: offsets }) {
  const file = await open(path);
  const work = async (first) => {
    for (let chunk = first; chunk + 1 < offsets.length; chunk += 4) {
      const bytes = new Uint8Array(offsets[chunk + 1] - offsets[chunk]);
      await file.read(bytes, 0, bytes.length, offsets[chunk]);
      await promisify(inflate)(bytes, { chunkSize: 2 * sampleRateHz * columns });
    }
  };
  await Promise.all([0, 1, 2, 3].map(work));
  await file.close();
}

async function ours(source, spikes, highPassHz) {
  try {
    return await meanWaveforms({
      source,
      channels: Int32Array.from({ length: channels }, (_, c) => c),
      uvPerBit: new Float64Array(channels).fill(2.34375),
      sampleRateHz,
      spikes,
      highPassHz,
    });
  } finally {
    await source.close();
  }
}

async function spikeInterface(length, filter) {
  const { stdout } = await promisify(execFile)(python, [
    fileURLToPath(new URL('import/spikeinterface_means.py', import.meta.url)),
    ...[at('raw.bin'), at('times.npy'), at('units.npy'), String(length), filter, at('means.npy')],
  ]);
  return { ...JSON.parse(stdout.trim().split('\n').at(-1)), means: await readNpy(at('means.npy'), { as: 'float64' }) };
}

/** The largest difference of waveforms that the shift has not moved, µV; others are aligned on the trough by us alone. */
function difference({ waveforms, shifts }, means) {
  let largest = 0;
  shifts.forEach((shift, unit) => {
    for (let c = 0; c < channels; ++c) {
      for (let t = Math.max(0, -shift); t < Math.min(61, 61 - shift); ++t) {
        const other = means.data[(unit * 61 + t + shift) * channels + c];
        largest = Math.max(largest, Math.abs(waveforms[(unit * channels + c) * 61 + t] - other));
      }
    }
  });
  return largest;
}

try {
  const header = await writeRecording(at('raw.bin'), at('raw.cbin'), seconds);
  writeFileSync(at('raw.ch'), JSON.stringify(header));
  const spikes = await writeSpikes(at('times.npy'), at('units.npy'), units, spikesPerUnit, seconds);
  const bytes = statSync(at('raw.bin')).size;
  const flat = () => openFlatFile(at('raw.bin'), columns, seconds * sampleRateHz);
  const row = (name, { cpu, wall }, more = '') => {
    const rate = `${(bytes / 1e9 / cpu).toFixed(2)} GB per CPU second`;
    console.log(
      `${name.padEnd(34)} ${cpu.toFixed(2).padStart(7)} s CPU ${wall.toFixed(2).padStart(7)} s  ${rate}  ${more}`,
    );
  };
  console.log(`${processor()}: ${(bytes / 1e9).toFixed(2)} GB, ${units} units, ${units * spikesPerUnit} spikes`);
  const reading = await shortest(() => readAll(at('raw.bin')));
  row('reading the file', reading);
  const plain = await shortest(async () => ours(await flat(), spikes, 0));
  const others = python ? await spikeInterface(seconds, 'none') : undefined;
  const times = (other, own) => `${(other / own.cpu).toFixed(1)} × SpikeInterface`;
  row('without filter', plain, others && times(others.cpuSeconds, plain));
  const filtered = await shortest(async () => ours(await flat(), spikes, 300));
  const slow = python ? await spikeInterface(filteredSeconds, 'highpass') : undefined;
  row('with filter', filtered, slow && times((slow.cpuSeconds * seconds) / filteredSeconds, filtered));
  const inflating = await shortest(() => inflateAll(at('raw.cbin'), header));
  row('inflating the .cbin', inflating);
  const compressed = await shortest(async () => ours(await openMtscomp(at('raw.cbin'), at('raw.ch')), spikes, 300));
  row('.cbin with filter', compressed, `${(inflating.wall / compressed.wall).toFixed(2)} × the rate of inflating`);
  if (slow) {
    const same = spikes.map((list) => list.filter((time) => time < filteredSeconds * sampleRateHz - 1000));
    const known = same.filter(({ length }) => length > 0);
    console.log(
      `Largest difference to SpikeInterface: ${difference(await ours(await flat(), known, 300), slow.means).toFixed(4)} µV`,
    );
  }
  console.log(`Memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`);
} finally {
  rmSync(folder, { recursive: true });
}
