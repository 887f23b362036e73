import { centredRows, embed, type EmbeddedRows, type Embedding } from '../../matching/embedding.js';
import type { Sites, UnitTraits } from '../../matching/match_probability.js';
import type { UnitPlaces } from '../../matching/mutual_best.js';
import type { FiringPatterns, UnitShapes } from '../../native/functions/matching.js';
import { runNative, type RunOptions } from '../../native/run.js';
import type { MatchFeatureName } from '../../settings/index.js';
import type { TrackedUnits } from '../tracked_units.js';

/** What the units of a group are matched by. */
export interface UnitDescription {
  sites: Sites;
  places: UnitPlaces;
  shapes: UnitShapes;
  firing: FiringPatterns;
  traits: UnitTraits;
  embedding: Embedding;
  /** (n, L) of norm 1; undefined if autocorrelograms are not among the features */
  correlogram: Float32Array | undefined;
}

/** A location farther than this from the peak channel is not believed. */
const farFromPeakUm = 60;
const across = 20;

/** @param shank Only the sites of this shank count; undefined: all. */
export async function describeUnits(
  units: TrackedUnits,
  shank: number | undefined,
  features: readonly MatchFeatureName[],
  options: RunOptions,
): Promise<UnitDescription> {
  const sites = sitesOf(units, shank);
  const places = placesOf(units, sites);
  const [, channels, samples] = units.waveforms.shape as [number, number, number];
  const shapes = await runNative(
    (native, control) =>
      native.describeShapes({
        ...control,
        waveforms: units.waveforms.data,
        units: units.indices,
        channels,
        samples,
        siteChannels: sites.channels,
        siteLocationsUm: sites.locationsUm,
        siteShanks: sites.shanks,
        depthsUm: places.depthsUm,
        shanks: places.shanks,
        peaks: places.peaks,
      }),
    options,
  );
  places.usable.forEach((_, i) => {
    places.usable[i] = Number.isFinite(shapes.logAmplitudes[i]!) ? 1 : 0;
  });
  const { timesMs, offsets } = units.spikeTrains;
  const firing = await runNative(
    (native, control) => native.describeFiring({ ...control, timesMs, offsets, units: units.indices }),
    options,
  );
  const uses = (name: MatchFeatureName) => features.includes(name);
  const correlogram = uses('AutoCorr') ? centredRows(firing.correlogram, units.count) : undefined;
  const intervals = uses('ISI') ? centredRows(firing.intervals, units.count) : undefined;
  const response = uses('PETH') ? centredRows(units.rows('PETH'), units.count) : undefined;
  const profiles = [intervals, correlogram, response].filter((rows) => rows !== undefined);
  const differences = uses('FiringRate') ? [firing.logRates] : [];
  const usesSpikes = correlogram !== undefined || intervals !== undefined || differences.length > 0;
  const tables: EmbeddedRows[] = [
    { rows: shapes.aligned, components: 20, unitsPerComponent: 8 },
    { rows: shapes.spread, components: 6, unitsPerComponent: 16 },
    ...profiles.map((rows) => ({ rows, components: 8, unitsPerComponent: 16 })),
  ];
  const columns = [
    ...(uses('Amplitude') ? [shapes.logAmplitudes] : []),
    ...(uses('Location') ? [onItsShank(places, sites).map((x) => x / across)] : []),
    ...differences,
  ];
  return {
    sites,
    places,
    shapes,
    firing,
    traits: {
      profiles,
      differences,
      faults: usesSpikes ? [firing.logViolations] : [],
      usesPlace: uses('Location'),
      usesAmplitude: uses('Amplitude'),
    },
    embedding: await embed(units.count, tables, columns, options),
    correlogram,
  };
}

function sitesOf({ channelLocationsUm, channelShanks }: TrackedUnits, shank: number | undefined): Sites {
  const shankOf = (channel: number) => channelShanks?.[channel] ?? 1;
  const all = Int32Array.from({ length: channelLocationsUm.length / 2 }, (_, channel) => channel);
  const channels = shank === undefined ? all : all.filter((channel) => shankOf(channel) === shank);
  return {
    channels,
    locationsUm: Float64Array.from(
      { length: 2 * channels.length },
      (_, k) => channelLocationsUm[2 * channels[k >> 1]! + (k & 1)]!,
    ),
    shanks: channels.map(shankOf),
  };
}

function placesOf(units: TrackedUnits, sites: Sites): UnitPlaces {
  const { sessions, peakChannels, channelLocationsUm, channelShanks, count } = units;
  const [xUm, depthsUm] = [units.xUm.slice(), units.depthsUm.slice()];
  peakChannels.forEach((peak, i) => {
    const [x, depth] = [channelLocationsUm[2 * peak]!, channelLocationsUm[2 * peak + 1]!];
    if (Math.abs(depthsUm[i]! - depth) <= farFromPeakUm) return;
    xUm[i] = x;
    depthsUm[i] = depth;
  });
  const shanks = peakChannels.map((peak) => channelShanks?.[peak] ?? 1);
  const siteOf = new Map(Array.from(sites.channels, (channel, site) => [channel, site]));
  const peaks = peakChannels.map((channel) => siteOf.get(channel)!);
  return { sessions, shanks, usable: new Uint8Array(count).fill(1), xUm, depthsUm, peaks };
}

/** x of the units from the middle of their shank. */
function onItsShank({ xUm, shanks }: UnitPlaces, sites: Sites): Float64Array {
  const sums = new Map<number, { x: number; count: number }>();
  sites.shanks.forEach((shank, c) => {
    const { x, count } = sums.get(shank) ?? { x: 0, count: 0 };
    sums.set(shank, { x: x + sites.locationsUm[2 * c]!, count: count + 1 });
  });
  return xUm.map((x, i) => {
    const sum = sums.get(shanks[i]!);
    return sum === undefined ? x : x - sum.x / sum.count;
  });
}
