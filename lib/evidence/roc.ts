/** How well a measure tells one kind of pairs from another. */
export interface Roc {
  /**
   * Area under the ROC curve: probability that one of `higher` has a larger value than one of `lower`; ties count half.
   * 0.5: chance. NaN without values of either kind.
   */
  auc: number;
  /** Standard error of it by Hanley & McNeil (Radiology 143, 1982), as if the values were independent. */
  error: number;
  /** (points, 2) share of `lower` and share of `higher` above a threshold that falls; from (0, 0) to (1, 1) */
  curve: [number, number][];
}

/** Thinned to about this many points: more cannot be seen. */
const curvePoints = 100;

export function roc(higher: readonly number[], lower: readonly number[]): Roc {
  const [n, m] = [higher.length, lower.length];
  if (n === 0 || m === 0) return { auc: NaN, error: NaN, curve: [] };
  const values = [
    ...higher.map((value) => ({ value, isHigher: true })),
    ...lower.map((value) => ({ value, isHigher: false })),
  ].sort((a, b) => b.value - a.value);
  const curve: [number, number][] = [[0, 0]];
  const step = Math.ceil(values.length / curvePoints);
  let [above, below, area, kept] = [0, 0, 0, 0];
  for (let k = 0; k < values.length;) {
    const { value } = values[k]!;
    const before = [above, below] as const;
    for (; k < values.length && values[k]!.value === value; k++) {
      if (values[k]!.isHigher) above++;
      else below++;
    }
    area += ((below - before[1]) * (above + before[0])) / 2;
    if (k - kept < step && k < values.length) continue;
    curve.push([below / m, above / n]);
    kept = k;
  }
  const auc = area / (n * m);
  const [q1, q2] = [auc / (2 - auc), (2 * auc ** 2) / (1 + auc)];
  const variance = (auc * (1 - auc) + (n - 1) * (q1 - auc ** 2) + (m - 1) * (q2 - auc ** 2)) / (n * m);
  return { auc, error: Math.sqrt(Math.max(0, variance)), curve };
}
