/** Units of each cluster (label ≥ 1), ascending; clusters in the order of their first unit. */
export function clusterMembers(labels: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  labels.forEach((label, unit) => {
    if (label < 1) return;
    const cluster = members.get(label);
    if (cluster) cluster.push(unit);
    else members.set(label, [unit]);
  });
  return members;
}

/** Indices in a group of units → indices in whatever `units` (n) counts by. */
export function mapUnits(local: Int32Array, units: Int32Array): Int32Array {
  return local.map((unit) => units[unit]!);
}

/** (M, 2) pairs of equal labels ≥ 1, in row order. */
export function pairsWithin(labels: Int32Array): Int32Array {
  const members = clusterMembers(labels);
  let count = 0;
  for (const { length } of members.values()) count += (length * (length - 1)) / 2;
  const pairs = new Int32Array(2 * count);
  const passed = new Map<number, number>();
  let end = 0;
  labels.forEach((label, unit) => {
    const cluster = members.get(label);
    if (!cluster) return;
    const next = (passed.get(label) ?? 0) + 1;
    passed.set(label, next);
    for (let k = next; k < cluster.length; ++k) {
      pairs[end++] = unit;
      pairs[end++] = cluster[k]!;
    }
  });
  return pairs;
}
