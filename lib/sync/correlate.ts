/**
 * Σ a[i + j] b[j] over all j of b, for i = 0 … `lags` − 1, by the Fourier transform (radix 2; the forward one leaves its result in
 * bit-reversed order, in which the inverse takes it). Whole numbers stay exact to far beyond the sizes here; round them.
 * @param a At least `lags` + b.length − 1 values
 */
export function correlate(a: Float64Array, b: Float64Array, lags: number): Float64Array {
  const needed = lags + b.length - 1;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, needed)));
  // a and b are the two parts of one complex sequence: one transform for both.
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(a.subarray(0, needed));
  im.set(b);
  const turns = turnsOf(size);
  forward(re, im, turns);
  multiplyConjugate(re, im);
  inverse(re, im, turns);
  return re.subarray(0, lags);
}

interface Turns {
  cos: Float64Array;
  sin: Float64Array;
}

function turnsOf(size: number): Turns {
  const cos = new Float64Array(size / 2);
  const sin = new Float64Array(size / 2);
  for (let k = 0; k < size / 2; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / size);
    sin[k] = Math.sin((2 * Math.PI * k) / size);
  }
  return { cos, sin };
}

/** Decimation in frequency */
function forward(re: Float64Array, im: Float64Array, { cos, sin }: Turns): void {
  const size = re.length;
  for (let half = size / 2, step = 1; half >= 1; half /= 2, step *= 2) {
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [p, q] = [start + k, start + k + half];
        const dr = re[p]! - re[q]!;
        const di = im[p]! - im[q]!;
        re[p]! += re[q]!;
        im[p]! += im[q]!;
        const c = cos[k * step]!;
        const s = -sin[k * step]!;
        re[q] = dr * c - di * s;
        im[q] = dr * s + di * c;
      }
    }
  }
}

/** Decimation in time, from bit-reversed order; divides by the size. */
function inverse(re: Float64Array, im: Float64Array, { cos, sin }: Turns): void {
  const size = re.length;
  for (let half = 1, step = size / 2; half < size; half *= 2, step /= 2) {
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [p, q] = [start + k, start + k + half];
        const c = cos[k * step]!;
        const s = sin[k * step]!;
        const tr = re[q]! * c - im[q]! * s;
        const ti = re[q]! * s + im[q]! * c;
        re[q] = re[p]! - tr;
        im[q] = im[p]! - ti;
        re[p]! += tr;
        im[p]! += ti;
      }
    }
  }
  for (let i = 0; i < size; i++) {
    re[i]! /= size;
    im[i]! /= size;
  }
}

/**
 * Of the transform Z of a + ib: A · conj(B) for each frequency f, where A = (Z(f) + conj Z(−f)) / 2 and B = (Z(f) − conj Z(−f)) / 2i.
 */
function multiplyConjugate(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  const bits = Math.log2(size);
  for (let p = 0; p < size; p++) {
    const f = reversed(p, bits);
    const q = reversed((size - f) & (size - 1), bits);
    if (q < p) continue;
    const [zr, zi, wr, wi] = [re[p]!, im[p]!, re[q]!, im[q]!];
    const [ar, ai] = [(zr + wr) / 2, (zi - wi) / 2];
    const [br, bi] = [(zi + wi) / 2, (wr - zr) / 2];
    const [cr, ci] = [ar * br + ai * bi, ai * br - ar * bi];
    re[p] = cr;
    im[p] = ci;
    // The sequences are real.
    re[q] = cr;
    im[q] = -ci;
  }
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let b = 0; b < bits; b++) {
    result = (result << 1) | (value & 1);
    value >>= 1;
  }
  return result;
}
