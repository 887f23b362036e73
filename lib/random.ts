/**
 * Reproducible random numbers: xoshiro128++ (Blackman and Vigna 2021) with 128 bits of state, and normal deviates by
 * the ziggurat method with 256 layers (Marsaglia and Tsang 2000). A generator is named by whole numbers, so that
 * every unit of a recording has its own and none depends on the order in which units are made.
 */
export class Random {
  private readonly state: Uint32Array;

  /** `words`: whole numbers, 0 to 2³² − 1; another list gives an independent sequence. */
  constructor(...words: readonly number[]) {
    this.state = Uint32Array.from([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667], (start) => hash(start, words));
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
  }

  /** A whole number, 0 to 2³² − 1, all equally likely. */
  bits(): number {
    const s = this.state;
    const s1 = s[1]!;
    const sum = (s[0]! + s[3]!) | 0;
    const result = (rotate(sum, 7) + s[0]!) >>> 0;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** From `low` (may occur) to `high` (may not). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.bits() + 0.5) / 2 ** 32);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A whole number from 0 to `count` − 1. */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  normal(): number {
    one[0] = 0;
    this.addNormal(one, 1);
    return one[0];
  }

  /** exp of a normal deviate: median `median`, `sigma` the standard deviation of its logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** Gamma deviate with mean 1 and shape ≥ 1 (Marsaglia and Tsang 2000, ACM Trans. Math. Softw. 26, 363). */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return (d * v) / shape;
    }
  }

  /** The numbers 0 … `count` − 1 in random order. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.index(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** Adds independent normal deviates of standard deviation `sd` to all of `data`. */
  addNormal(data: Float32Array | Float64Array, sd: number): void {
    // The state lives in local variables here: this loop makes billions of numbers for a large recording.
    const state = this.state;
    let s0 = state[0]! | 0;
    let s1 = state[1]! | 0;
    let s2 = state[2]! | 0;
    let s3 = state[3]! | 0;
    const length = data.length;
    for (let i = 0; i < length; i++) {
      const sum = (s0 + s3) | 0;
      const word = (((sum << 7) | (sum >>> 25)) + s0) | 0;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
      const layer = word & 255;
      const position = word >> 8;
      if (Math.abs(position) < layerInside[layer]!) {
        data[i]! += sd * position * layerWidth[layer]!;
        continue;
      }
      state[0] = s0;
      state[1] = s1;
      state[2] = s2;
      state[3] = s3;
      data[i]! += sd * this.normalOutside(layer, position);
      s0 = state[0] | 0;
      s1 = state[1] | 0;
      s2 = state[2] | 0;
      s3 = state[3] | 0;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
  }

  /** The one draw in a hundred that is not inside its layer's rectangle: the tail, the wedge, or another try. */
  private normalOutside(layer: number, position: number): number {
    if (layer === 0) {
      for (;;) {
        const beyond = -Math.log(this.uniform()) / tailStart;
        if (-2 * Math.log(this.uniform()) > beyond * beyond) {
          return position < 0 ? -(tailStart + beyond) : tailStart + beyond;
        }
      }
    }
    const x = position * layerWidth[layer]!;
    const density = layerDensity[layer]! + this.uniform() * (layerDensity[layer - 1]! - layerDensity[layer]!);
    return density < Math.exp(-0.5 * x * x) ? x : this.normal();
  }
}

const one = new Float64Array(1);

// Ziggurat: 256 layers of equal area under exp(−x²/2); layer i is a rectangle that reaches to its edge x_i, layer 0
// the base strip with the tail beyond `tailStart`. A position in a layer is a signed 24-bit number.
const tailStart = 3.6541528853610088;
const layerArea = 0.00492867323399;
const layerWidth = new Float64Array(256);
const layerInside = new Float64Array(256);
const layerDensity = new Float64Array(256);
{
  const scale = 2 ** 23;
  const edges = new Float64Array(256);
  edges[255] = tailStart;
  for (let i = 254; i > 0; i--) {
    const outer = edges[i + 1]!;
    edges[i] = Math.sqrt(-2 * Math.log(layerArea / outer + Math.exp(-0.5 * outer * outer)));
  }
  edges[0] = layerArea / Math.exp(-0.5 * tailStart * tailStart);
  for (let i = 0; i < 256; i++) {
    const inner = i === 0 ? tailStart : i === 1 ? 0 : edges[i - 1]!;
    layerWidth[i] = edges[i]! / scale;
    layerInside[i] = (inner / edges[i]!) * scale;
    layerDensity[i] = i === 0 ? 1 : Math.exp(-0.5 * edges[i]! * edges[i]!);
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function hash(start: number, words: readonly number[]): number {
  let h = start;
  for (const word of words) {
    h = Math.imul(h ^ word, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}
