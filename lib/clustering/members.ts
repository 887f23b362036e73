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
