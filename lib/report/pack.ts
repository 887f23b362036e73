import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

import type { NdArray } from '../arrays.js';
import { sessionColors } from './figures/session_colors.js';
import { motionOf } from './unit_motion.js';
import { curveGap, curveTop, type PackedBlock, type PackedType, type ReportPage } from './packed.js';
import type { MatchEvidence, ReportData } from './report_data.js';
import { neighbourCount, type Kin, type Similarities } from './similarities.js';
import type { ReportWaveforms } from './waveforms.js';

// Most of it is noise: to look for anything but repeated bytes takes twice as long and gains a twentieth.
const compression = { level: 1, strategy: constants.Z_RLE };
const compress = promisify(gzip) as (bytes: Uint8Array, options: typeof compression) => Promise<Buffer>;

type Packable = Uint8Array | Int8Array | Uint16Array | Int32Array | Float32Array;

/** What the page needs, at the precision of a display. */
export interface PackedReport {
  page: ReportPage;
  /** Gzipped blocks in base64, by name, as they stand in the page */
  blocks: Record<string, Uint8Array>;
}

/** Packs each part in a thread of its own, as soon as it is there. */
export async function packReport(
  data: ReportData,
  similarities: Promise<Similarities>,
  waveforms: Promise<ReportWaveforms>,
): Promise<PackedReport> {
  const { unitCount, sessionCount, groups, matches } = data;
  const curves = curvesOf(data);
  const [units, curveBlock, shown] = await Promise.all([
    similarities.then(({ kin }) => packBlock(unitArrays(data, kin))),
    packBlock(Object.assign({}, ...curves.map(({ arrays }) => arrays)) as Record<string, Packable>),
    waveforms.then(async ({ packed }) => packed && { about: packed.about, block: await packBlock(packed.arrays) }),
  ]);
  const packed = Object.entries({ units, curves: curveBlock, ...(shown && { waveforms: shown.block }) });
  const thresholds = groups.map(({ threshold }) => threshold);
  return {
    page: {
      unitCount,
      clusterCount: data.clusterCount,
      sessionCount,
      neighbourCount,
      measure: matches ? 'probability' : 'similarity',
      isGivenAllUnits: matches?.matched !== undefined,
      threshold: !matches && thresholds.length === 1 ? (thresholds[0] ?? null) : null,
      blocks: Object.fromEntries(packed.map(([name, { block }]) => [name, block])),
      curves: curves.map(({ curve }) => curve),
      waveforms: shown?.about ?? null,
      sessionColors: sessionColors(sessionCount),
    },
    blocks: Object.fromEntries(packed.map(([name, { content }]) => [name, content])),
  };
}

/** What is known of each unit, and lists of units. */
function unitArrays(data: ReportData, kin: Kin | undefined): Record<string, Packable> {
  const { unitCount, matches } = data;
  return {
    cluster: data.clusters,
    ...(data.clustersBeforeCuration && { clusterBefore: data.clustersBeforeCuration }),
    ...(data.sessions && { session: Uint16Array.from(data.sessions) }),
    ...(data.locationsUm && {
      depth: Float32Array.from({ length: unitCount }, (_, unit) => data.locationsUm![3 * unit + 1]!),
      motion: Float32Array.from({ length: unitCount }, (_, unit) => motionOf(data, unit)),
    }),
    ...(data.amplitudes && { amplitude: Float32Array.from(data.amplitudes) }),
    ...(data.shanks && { shank: Uint16Array.from(data.shanks) }),
    ...(data.channelLocationsUm && { channelLocations: Float32Array.from(data.channelLocationsUm) }),
    ...kin,
    ...(matches && {
      ...(matches.confidence && { confidence: Float32Array.from(matches.confidence) }),
      splitCandidates: matches.splitCandidates,
      splitProbabilities: splitProbabilities(matches),
      mixedUnits: matches.mixedUnits,
    }),
    curationPairs: Int32Array.from(data.curation.flatMap(({ units }) => units)),
    curationTypes: Uint8Array.from(data.curation, ({ reason }) => (reason === 'sameSession' ? 1 : 2)),
  };
}

/** Match probability of each split candidate. */
function splitProbabilities({ pairs, probabilities, splitCandidates }: MatchEvidence): Float32Array {
  const at = new Map<string, number>();
  for (let q = 0; q < splitCandidates.length; q += 2)
    at.set(`${splitCandidates[q]!} ${splitCandidates[q + 1]!}`, q / 2);
  const found = new Float32Array(splitCandidates.length / 2).fill(NaN);
  if (found.length === 0) return found;
  probabilities.forEach((probability, p) => {
    const q = at.get(`${pairs[2 * p]!} ${pairs[2 * p + 1]!}`);
    if (q !== undefined) found[q] = probability;
  });
  return found;
}

async function packBlock(arrays: Record<string, Packable>): Promise<{ block: PackedBlock; content: Uint8Array }> {
  const block: PackedBlock = {};
  let length = 0;
  for (const [name, array] of Object.entries(arrays)) {
    block[name] = { type: array.constructor.name as PackedType, offset: length, length: array.length };
    length += Math.ceil(array.byteLength / 8) * 8;
  }
  const bytes = Buffer.alloc(length);
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), block[name]!.offset);
  }
  const base64 = (await compress(bytes, compression)).toString('base64');
  return { block, content: new TextEncoder().encode(base64) };
}

/** Spike statistics that every unit has a curve of. */
function curvesOf({ autoCorrelograms, isiHistograms, peth, settings }: ReportData) {
  const lagMs = settings?.autoCorr?.binwidth;
  const isiMs = settings?.ISI?.binwidth;
  // The correlogram is symmetric: its right half says all.
  const right = autoCorrelograms && rightHalf(autoCorrelograms);
  const known = [
    right && { table: right, title: 'Autocorrelogram', xTitle: lagMs ? 'lag (ms)' : 'lag (bins)', x: [0, lagMs ?? 1] },
    isiHistograms && {
      table: isiHistograms,
      title: 'Inter-spike intervals',
      xTitle: isiMs ? 'interval (ms)' : 'interval (bins)',
      x: [(isiMs ?? 1) / 2, isiMs ?? 1],
    },
    peth && { table: peth, title: 'Peri-event histogram', xTitle: 'bin', x: [0, 1] },
  ].filter((entry) => entry !== undefined);
  return known.map(({ table, title, xTitle, x }, i) => ({
    curve: { title, xTitle, points: table.shape[1]!, x: x as [number, number] },
    arrays: packCurves(`curve${i}`, table),
  }));
}

function rightHalf({ data, shape: [units, lags] }: NdArray<Float64Array>): NdArray<Float64Array> {
  const zero = (lags! - 1) / 2;
  const width = lags! - zero;
  const half = new Float64Array(units! * width);
  for (let unit = 0; unit < units!; ++unit) {
    half.set(data.subarray(unit * lags! + zero, (unit + 1) * lags!), unit * width);
  }
  return { data: half, shape: [units!, width] };
}

function packCurves(name: string, { data, shape: [units, points] }: NdArray<Float64Array>): Record<string, Packable> {
  const bytes = new Uint8Array(data.length);
  const lows = new Float32Array(units!);
  const highs = new Float32Array(units!);
  for (let unit = 0; unit < units!; ++unit) {
    const curve = data.subarray(unit * points!, (unit + 1) * points!);
    let [low, high] = [0, 0];
    for (let i = 0; i < points!; ++i) {
      if (curve[i]! < low) low = curve[i]!;
      if (curve[i]! > high) high = curve[i]!;
    }
    const step = (high - low) / curveTop || 1;
    for (let i = 0; i < points!; ++i) {
      bytes[unit * points! + i] = Number.isNaN(curve[i]!) ? curveGap : Math.round((curve[i]! - low) / step);
    }
    lows[unit] = low;
    highs[unit] = high;
  }
  return { [name]: bytes, [`${name}Low`]: lows, [`${name}High`]: highs };
}
