/** Candidates at a score and above, and how many of them chance makes. */
export interface ChanceAtScore {
  /** Natural log odds before calibration; the candidates have at least this */
  score: number;
  candidates: number;
  /** Wrong ones among them that decoys make expect */
  byChance: number;
  /** byChance/candidates, at most 1; NaN without candidates */
  share: number;
  /** The same up to the next score only. */
  candidatesHere: number;
  byChanceHere: number;
}

/**
 * The share of chance by score.
 * @param counts (bins, 3) `ScoreCounts` of a result: lower edge, candidates, wrong ones that decoys make expect
 * @returns of each bin, the lowest score first
 */
export function chanceByScore(counts: Float64Array): ChanceAtScore[] {
  let [candidates, byChance] = [0, 0];
  const rows: ChanceAtScore[] = [];
  for (let bin = counts.length / 3 - 1; bin >= 0; bin--) {
    const [score, candidatesHere, byChanceHere] = counts.subarray(3 * bin, 3 * bin + 3) as unknown as [
      number,
      number,
      number,
    ];
    candidates += candidatesHere;
    byChance += byChanceHere;
    rows.push({
      score,
      candidates,
      byChance,
      share: Math.min(1, byChance / candidates),
      candidatesHere,
      byChanceHere,
    });
  }
  return rows.reverse();
}
