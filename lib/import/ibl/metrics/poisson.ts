/** The Stirling series of ln n! is exact to the last digits from here on. */
const fewest = 32;

const logFactorials = Float64Array.from({ length: fewest }, () => 0);
for (let n = 2; n < fewest; n++) logFactorials[n] = logFactorials[n - 1]! + Math.log(n);

/** ln n! of a whole number (Stirling's series, https://dlmf.nist.gov/5.11.E1). */
export function logFactorial(n: number): number {
  if (n < fewest) return logFactorials[n]!;
  const square = n * n;
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square;
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series / n;
}

/**
 * Probability that a Poisson count of mean `mean` ≥ 0 exceeds `count` (a whole number): the regularised incomplete gamma
 * function P(count + 1, mean), by its series (https://dlmf.nist.gov/8.11.E4) or continued fraction
 * (https://dlmf.nist.gov/8.9.E2), whichever converges soon.
 */
export function poissonExceeds(count: number, mean: number): number {
  if (mean === 0) return 0;
  const a = count + 1;
  const scale = Math.exp(a * Math.log(mean) - mean - logFactorial(count));
  if (mean < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = a + 1; term > sum * Number.EPSILON; n++) {
      term *= mean / n;
      sum += term;
    }
    return scale * sum;
  }
  // The modified method of Lentz.
  const tiny = 1e-300;
  let b = mean + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > Number.EPSILON; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    change = d * c;
    fraction *= change;
  }
  return 1 - scale * fraction;
}
