/** ln n!, by Stirling's series beyond a table. */
const logFactorials = [0];
function logFactorial(n: number): number {
  for (let k = logFactorials.length; k <= Math.min(n, 255); ++k) {
    logFactorials.push(logFactorials[k - 1]! + Math.log(k));
  }
  if (n < logFactorials.length) return logFactorials[n]!;
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Probability of at least `successes` in `trials`, each of which has the probability `chance` (0 … 1). */
export function binomialTail(successes: number, trials: number, chance: number): number {
  if (successes <= 0) return 1;
  if (chance >= 1) return successes <= trials ? 1 : 0;
  if (chance <= 0 || successes > trials) return 0;
  let sum = 0;
  for (let k = successes; k <= trials; ++k) {
    const ways = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
    sum += Math.exp(ways + k * Math.log(chance) + (trials - k) * Math.log1p(-chance));
  }
  return Math.min(1, sum);
}
