import { DantError } from '../errors.js';

/** A recording site. */
export interface Site {
  shank: number;
  /** µm, of all shanks together: across the probe, and depth */
  x: number;
  y: number;
}

/** Sites of different sessions within this distance are the same, µm. */
const sameSiteUm = 1;
/** Sites that are as far apart across the probe are on different shanks, µm. */
const shankGapUm = 100;

export function isSameSite(a: Site, b: Site): boolean {
  return a.shank === b.shank && Math.abs(a.x - b.x) < sameSiteUm && Math.abs(a.y - b.y) < sameSiteUm;
}

/** Sites of a unit's neighbourhood, as the tracker compares them. */
const neighbourhoodSites = 38;

/** Sites for all sessions. */
export interface SharedSites {
  sites: Site[];
  /** Per session, the index of each of them in its own list; −1: not recorded there, to be interpolated */
  indices: Int32Array[];
}

/**
 * The sites that sessions share, in the order of the first session that has them. A site that a session lacks is kept if in no
 * neighbourhood of 38 sites of its shank more than the share `maxMissing` is missing in a session. A session whose list holds a
 * site twice counts its first one.
 */
export function sharedSites(sessions: readonly (readonly Site[])[], maxMissing: number): SharedSites {
  const all: Site[] = [];
  for (const sites of sessions) {
    for (const site of sites) if (!all.some((other) => isSameSite(site, other))) all.push(site);
  }
  const found = sessions.map((sites) =>
    Int32Array.from(all, (site) => sites.findIndex((other) => isSameSite(site, other))),
  );
  let kept = all.map((_, i) => i);
  for (;;) {
    const dropped = new Set<number>();
    for (const near of neighbourhoods(all, kept)) {
      for (const indices of found) {
        const missing = near.filter((i) => indices[i]! < 0);
        if (missing.length > maxMissing * near.length) for (const i of missing) dropped.add(i);
      }
    }
    if (dropped.size === 0) break;
    kept = kept.filter((i) => !dropped.has(i));
  }
  return {
    sites: kept.map((i) => all[i]!),
    indices: found.map((indices) => Int32Array.from(kept, (i) => indices[i]!)),
  };
}

/**
 * The shared sites of sessions, at least one. What has to be told of them goes to `warnings`.
 * @param sessions `name` as warnings call them
 * @throws DANT_DATA
 */
export function sitesInAll(
  sessions: readonly { name: string; folder: string; sites: readonly Site[] }[],
  maxMissing: number,
  warnings: string[],
): SharedSites {
  const { sites, indices } = sharedSites(
    sessions.map((session) => session.sites),
    maxMissing,
  );
  if (sites.length === 0) {
    throw new DantError(
      'DANT_DATA',
      `No site was recorded in all ${sessions.length} sessions: ${sessions.map(({ folder }) => folder).join(', ')}. ` +
        'Import only sessions with the same sites.',
    );
  }
  const named = sessions.map(({ name, sites: { length } }) => ({ name, channels: length }));
  warnings.push(...siteWarnings(named, indices, sites.length));
  return { sites, indices };
}

/**
 * What has to be told about sites that not all sessions share.
 * @param sessions As messages call them, and how many sites each has
 * @param indices As of `sharedSites`, whose sites are `shared`
 */
function siteWarnings(
  sessions: readonly { name: string; channels: number }[],
  indices: readonly Int32Array[],
  shared: number,
): string[] {
  return sessions.flatMap(({ name, channels }, s) => {
    const filled = indices[s]!.filter((index) => index < 0).length;
    const dropped = channels - (shared - filled);
    return [
      ...(dropped > 0
        ? [`${name}: ${dropped} of ${channels} channels are not in every session and were left out.`]
        : []),
      ...(filled > 0
        ? [`${name}: ${filled} of ${shared} sites were not sorted; they are interpolated from those around them.`]
        : []),
    ];
  });
}

/** Of each kept site, the nearest kept ones of its shank, itself included. */
function neighbourhoods(all: readonly Site[], kept: readonly number[]): number[][] {
  return kept.map((i) =>
    kept
      .filter((j) => all[j]!.shank === all[i]!.shank)
      .sort((j, k) => distanceUm(all[i]!, all[j]!) - distanceUm(all[i]!, all[k]!))
      .slice(0, neighbourhoodSites),
  );
}

const distanceUm = (a: Site, b: Site) => Math.hypot(a.x - b.x, a.y - b.y);

/** Weights below this share of all count for nothing. */
const leastWeight = 0.005;

/**
 * What the missing sites of a session are interpolated from: sites of the same shank, weighted by exp(−(distance/20 µm)^1.3), as the
 * International Brain Laboratory does. `indices` as in `SharedSites`; places are those among the shared sites.
 */
export function interpolation(
  sites: readonly Site[],
  indices: Int32Array,
): { site: number; from: { site: number; weight: number }[] }[] {
  return sites.flatMap((site, i) => {
    if (indices[i]! >= 0) return [];
    const weights = sites.map((other, j) =>
      indices[j]! < 0 || other.shank !== site.shank ? 0 : Math.exp(-((distanceUm(site, other) / 20) ** 1.3)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const used = weights.map((weight) => (weight / sum < leastWeight ? 0 : weight));
    const usedSum = used.reduce((total, weight) => total + weight, 0);
    const from = used.flatMap((weight, j) => (weight > 0 ? [{ site: j, weight: weight / usedSum }] : []));
    return [{ site: i, from }];
  });
}

/** Shanks by gaps across the probe: some sorter folders call every shank 0. */
export function shanksByPosition(x: readonly number[]): number[] {
  const sorted = [...new Set(x)].sort((a, b) => a - b);
  const begins = sorted.filter((value, i) => i > 0 && value - sorted[i - 1]! > shankGapUm);
  return x.map((value) => begins.filter((begin) => value >= begin).length);
}
