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

/**
 * The sites that all sessions have, in the order of the first session: for each session, the index of each of them in its
 * own list. A session whose list holds a site twice counts its first one.
 */
export function commonSites(sessions: readonly (readonly Site[])[]): { sites: Site[]; indices: Int32Array[] } {
  const [first = []] = sessions;
  const found = first.map((site) => sessions.map((sites) => sites.findIndex((other) => isSameSite(site, other))));
  const kept = first.flatMap((_, i) => (found[i]!.every((index) => index >= 0) ? [i] : []));
  return {
    sites: kept.map((i) => first[i]!),
    indices: sessions.map((_, s) => Int32Array.from(kept, (i) => found[i]![s]!)),
  };
}

/** Shanks by gaps across the probe: some sorter folders call every shank 0. */
export function shanksByPosition(x: readonly number[]): number[] {
  const sorted = [...new Set(x)].sort((a, b) => a - b);
  const begins = sorted.filter((value, i) => i > 0 && value - sorted[i - 1]! > shankGapUm);
  return x.map((value) => begins.filter((begin) => value >= begin).length);
}
