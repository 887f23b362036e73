// The unit features, as other stages and other programs use them.
export type { Binning, SmoothedBinning } from './binning.js';
export { centreWaveforms } from './centring.js';
export { autoCorrelograms, crossCorrelogram } from './correlograms.js';
export { gaussianFilter1d } from './gaussian.js';
export { isiHistograms } from './isi_histograms.js';
export { locateUnits, type LocateUnitsParams, type LocationAlgorithm, type UnitLocations } from './locations.js';
export { joinSpikeTrains, type SpikeTrains } from '../recording/spike_trains.js';
export { waveformAxes, type Waveforms } from '../recording/waveforms.js';
