import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

import { sessionColors } from './figures/session_colors.js';
import { motionOf } from './unit_motion.js';
import type { PackedBlock, PackedType, ReportPage } from './packed.js';
import type { ReportData } from './report_data.js';
import { neighbourCount, type SimilarUnits, type Similarities } from './similarities.js';
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
  const { unitCount, sessionCount, groups, matches, curves } = data;
  const [units, curveBlock, shown] = await Promise.all([
    similarities.then(({ similarUnits }) => packBlock(unitArrays(data, similarUnits))),
    packBlock(curveArrays(data)),
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
      amplitudeUnit: amplitudeUnitOf(data.settings?.spikeLocation?.location_algorithm),
      isGivenAllUnits: matches?.matched !== undefined,
      threshold: thresholds.length === 1 ? (thresholds[0] ?? null) : null,
      blocks: Object.fromEntries(packed.map(([name, { block }]) => [name, block])),
      curves: curves.map(({ about }) => about),
      waveforms: shown?.about ?? null,
      sessionColors: sessionColors(sessionCount),
    },
    blocks: Object.fromEntries(packed.map(([name, { content }]) => [name, content])),
  };
}

/** The amplitude is that of the fitted source, or of the waveform on the peak channel. */
function amplitudeUnitOf(algorithm: string | undefined): ReportPage['amplitudeUnit'] {
  if (algorithm === undefined) return null;
  return algorithm === 'center_of_mass' ? 'µV' : 'µV·µm';
}

/** What is known of each unit, and lists of units. */
function unitArrays(data: ReportData, similarUnits: SimilarUnits | undefined): Record<string, Packable> {
  const { unitCount, matches } = data;
  return {
    cluster: data.clusters,
    ...(data.clustersBeforeCuration && { clusterBefore: data.clustersBeforeCuration }),
    ...(data.sessions && { session: Uint16Array.from(data.sessions) }),
    ...(data.origins && { clusterId: Int32Array.from(data.origins, ({ clusterId }) => clusterId) }),
    ...(data.locationsUm && {
      depth: Float32Array.from({ length: unitCount }, (_, unit) => data.locationsUm![3 * unit + 1]!),
      motion: Float32Array.from({ length: unitCount }, (_, unit) => motionOf(data, unit)),
    }),
    ...(data.amplitudes && { amplitude: Float32Array.from(data.amplitudes) }),
    ...(data.shanks && { shank: Uint16Array.from(data.shanks) }),
    ...(data.channelLocationsUm && { channelLocations: Float32Array.from(data.channelLocationsUm) }),
    ...similarUnits,
    ...(matches && {
      ...(matches.confidence && { confidence: Float32Array.from(matches.confidence) }),
      splitCandidates: matches.splitCandidates,
      contaminatedUnits: matches.contaminatedUnits,
    }),
    curationPairs: Int32Array.from(data.curation.flatMap(({ units }) => units)),
    curationTypes: Uint8Array.from(data.curation, ({ reason }) => (reason === 'sameSession' ? 1 : 2)),
  };
}

function curveArrays({ curves }: ReportData): Record<string, Packable> {
  const arrays: Record<string, Packable> = {};
  for (const [i, { bytes, low, high }] of curves.entries()) {
    Object.assign(arrays, { [`curve${i}`]: bytes, [`curve${i}Low`]: low, [`curve${i}High`]: high });
  }
  return arrays;
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
