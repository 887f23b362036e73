// How alike are the units of a data folder, by waveform and by autocorrelogram? Single steps of the library, without tracking.
// node similarity.mjs mydata
import { autoCorrelograms, loadDataset, locateUnits, rowSimilarity, waveformSimilarity } from 'node-dant';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('node similarity.mjs mydata');
  process.exit(2);
}

// The files of the folder, checked: waveforms (N, C, T), spike times, sessions …
const { waveforms, channelLocationsUm: xy, spikeTrains, sessions } = await loadDataset(folder);
const channelLocationsUm = { data: xy, shape: [xy.length / 2, 2] };
const count = sessions.length;

const { locationsUm } = await locateUnits({ waveforms, channelLocationsUm });
const correlograms = await autoCorrelograms(spikeTrains, { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 });
// Fisher z of the correlation of every two units, (N, N)
const byWaveform = await waveformSimilarity({ waveforms, channelLocationsUm });
const byFiring = await rowSimilarity(correlograms);

// Of each unit of the first session the most similar waveform of the second one, within 60 µm of depth
/** @param {number} unit */
const depth = (unit) => locationsUm[3 * unit + 1];
for (let unit = 0; unit < count; unit++) {
  if (sessions[unit] !== 1) continue;
  let best = -1;
  for (let other = 0; other < count; other++) {
    if (sessions[other] !== 2 || Math.abs(depth(other) - depth(unit)) > 60) continue;
    if (best < 0 || byWaveform.data[unit * count + other] > byWaveform.data[unit * count + best]) best = other;
  }
  if (best < 0) continue;
  const r = (matrix) => Math.tanh(matrix.data[unit * count + best]).toFixed(3);
  console.log(`unit ${unit} at ${depth(unit).toFixed(0)} µm: unit ${best}, r ${r(byWaveform)}, firing ${r(byFiring)}`);
}
