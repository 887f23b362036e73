import { argumentError } from '../../errors.js';
import type { Probe } from '../probe.js';
import type { SimulationParameters } from '../table.js';

/** How a Neuropixels probe records: numbers of the makers, as SpikeGLX writes them. */
export interface RecordingScale {
  part: string;
  type: number;
  gain: number;
  maxInt: number;
  rangeV: number;
  /** Number of the sync channel among the acquired ones, and whether there are LFP channels beside */
  syncChannel: number;
  hasLfp: boolean;
}

/** @throws DANT_ARGUMENT for a probe that SpikeGLX does not record. */
export function scaleOf({ probe }: SimulationParameters): RecordingScale {
  const two = { gain: 80, maxInt: 8192, rangeV: 0.5, syncChannel: 384, hasLfp: false };
  switch (probe) {
    case 'neuropixels-1.0':
      return { part: 'NP1000', type: 0, gain: 500, maxInt: 512, rangeV: 0.6, syncChannel: 768, hasLfp: true };
    case 'neuropixels-2.0':
      return { ...two, part: 'NP2000', type: 21 };
    case 'neuropixels-2.0-four-shank':
      return { ...two, part: 'NP2010', type: 24 };
    case 'linear':
      throw argumentError('probe', 'a Neuropixels probe, as raw recordings are those of SpikeGLX,', probe);
  }
}

export const uvPerBit = ({ rangeV, maxInt, gain }: RecordingScale) => (1e6 * rangeV) / maxInt / gain;

const acquired = 384;

/** The text of the .meta file beside a .ap.bin. */
export function metaText(
  { channels, sampleRateHz }: SimulationParameters,
  probe: Probe,
  scale: RecordingScale,
  file: { name: string; rows: number; sha1: string },
): string {
  const { part, type, gain, maxInt, rangeV, syncChannel, hasLfp } = scale;
  const perShank = channels / probe.shanks;
  const all = Array.from({ length: acquired }, (_, c) => c);
  const saved = all.slice(0, channels);
  // Sites that were not saved are farther from the tip, on the last shank.
  const shankOf = (c: number) => (c < channels ? probe.shank[c]! - 1 : probe.shanks - 1);
  const siteOf = (c: number) => (c < channels ? c % perShank : perShank + c - channels);
  const pitch = probe.shanks > 1 ? 250 : 0;
  const imro = (c: number) => {
    if (type === 0) return `(${c} 0 0 ${gain} 250 1)`;
    return type === 21 ? `(${c} 1 0 ${c})` : `(${c} ${shankOf(c)} 0 0 ${siteOf(c)})`;
  };
  const geometry = (c: number) => `(${shankOf(c)}:${probe.xUm[c]! - shankOf(c) * pitch}:${probe.yUm[c]!}:1)`;
  const lines: [string, string | number][] = [
    ['acqApLfSy', `${acquired},${hasLfp ? acquired : 0},1`],
    ['appVersion', 20230905],
    ['fileName', file.name],
    ['fileSHA1', file.sha1],
    ['fileSizeBytes', 2 * (channels + 1) * file.rows],
    ['fileTimeSecs', file.rows / sampleRateHz],
    ['firstSample', 0],
    ['gateMode', 'Immediate'],
    ['imAiRangeMax', rangeV],
    ['imAiRangeMin', -rangeV],
    ['imAnyChanFullBand', String(!hasLfp)],
    ['imChan0apGain', gain],
    ['imDatPrb_pn', part],
    ['imDatPrb_port', 1],
    ['imDatPrb_slot', 2],
    ['imDatPrb_sn', 1],
    ['imDatPrb_type', type],
    ['imMaxInt', maxInt],
    ['imSampRate', sampleRateHz],
    ['nSavedChans', channels + 1],
    ['snsApLfSy', `${channels},0,1`],
    ['snsSaveChanSubset', `0:${channels - 1},${syncChannel}`],
    ['typeImEnabled', 1],
    ['typeNiEnabled', 0],
    ['typeThis', 'imec'],
    ['userNotes', 'Simulated by dant simulate --raw'],
    ['~imroTbl', `(${type},${acquired})${all.map(imro).join('')}`],
    [
      '~snsChanMap',
      `(${acquired},${hasLfp ? acquired : 0},1)${saved.map((c) => `(AP${c};${c}:${c})`).join('')}(SY0;${syncChannel}:${channels})`,
    ],
    ['~snsGeomMap', `(${part},${probe.shanks},${pitch},70)${saved.map(geometry).join('')}`],
  ];
  return lines.map(([key, value]) => `${key}=${value}\n`).join('');
}
