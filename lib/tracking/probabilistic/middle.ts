/** Depth halfway between the lowest and the highest site (C, 2). */
export function middleOf(locationsUm: Float64Array): number {
  const [low, high] = endsOf(locationsUm);
  return (low + high) / 2;
}

/** Distance of the lowest and the highest site (C, 2) along the probe. */
export function lengthOf(locationsUm: Float64Array): number {
  const [low, high] = endsOf(locationsUm);
  return high - low;
}

function endsOf(locationsUm: Float64Array): [number, number] {
  const depths = locationsUm.filter((_, k) => k % 2 === 1);
  return [depths.reduce((a, b) => Math.min(a, b)), depths.reduce((a, b) => Math.max(a, b))];
}
