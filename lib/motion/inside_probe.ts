import type { Sites } from '../matching/match_probability.js';
import type { UnitPlaces } from '../matching/mutual_best.js';

/**
 * (n) 1: the unit lies as far from both ends of its shank as the channels that locate a unit reach. Nearer to an end a unit
 * is seen from one side only, and its location errs towards the probe, the more the farther it moves out.
 * @param nearest number of channels that locate a unit
 */
export function insideProbe(
  { shanks, depthsUm }: Pick<UnitPlaces, 'shanks' | 'depthsUm'>,
  sites: Pick<Sites, 'locationsUm' | 'shanks'>,
  nearest: number,
): Uint8Array {
  const bounds = new Map<number, readonly [number, number]>();
  for (const shank of new Set(sites.shanks)) {
    const places = Array.from(sites.shanks.keys())
      .filter((site) => sites.shanks[site] === shank)
      .map((site) => [sites.locationsUm[2 * site]!, sites.locationsUm[2 * site + 1]!] as const);
    const depths = places.map(([, depth]) => depth);
    const reachUm = reach(places, nearest);
    bounds.set(shank, [
      depths.reduce((a, b) => Math.min(a, b)) + reachUm,
      depths.reduce((a, b) => Math.max(a, b)) - reachUm,
    ]);
  }
  return Uint8Array.from(depthsUm, (depth, unit) => {
    const [low, high] = bounds.get(shanks[unit]!) ?? [Infinity, -Infinity];
    return depth >= low && depth <= high ? 1 : 0;
  });
}

/** How far along the shank the nearest channels of a site lie, µm: the median over the sites. */
function reach(places: readonly (readonly [number, number])[], nearest: number): number {
  const reaches = places.map(([x, depth]) => {
    const around = places
      .map(([otherX, otherDepth]) => ({ square: (otherX - x) ** 2 + (otherDepth - depth) ** 2, depth: otherDepth }))
      .sort((a, b) => a.square - b.square)
      .slice(0, nearest);
    return Math.max(...around.map((other) => Math.abs(other.depth - depth)));
  });
  return reaches.sort((a, b) => a - b)[reaches.length >> 1]!;
}
