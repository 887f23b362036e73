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

/** (M, 2) pairs of equal labels ≥ 1, in row order. */
export function pairsWithin(labels: Int32Array): Int32Array {
  const members = clusterMembers(labels);
  const pairs: number[] = [];
  labels.forEach((label, unit) => {
    for (const other of members.get(label) ?? []) if (other > unit) pairs.push(unit, other);
  });
  return Int32Array.from(pairs);
}
