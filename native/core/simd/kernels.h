#pragma once
#include <cstddef>
#include <cstdint>

namespace dant {

/// What a Kalman filter makes of a process with several states that decay from each observation to the next one.
template <class Real> struct MarkovSystem {
  size_t observations, states;
  const int32_t* sources; ///< (observations) row of the source
  const int32_t* targets; ///< (observations) row of the output
  const int32_t* stateOf; ///< (observations) the state that is observed
  const Real* decays;     ///< (observations) of the states since the observation before
  const Real* gains;      ///< (observations, states) what the states take of what is new in the observation
  const Real* precisions; ///< (observations) 1/variance of what is new
};

/// Two samples that follow each other, as whole numbers of steps.
struct SamplePair {
  int16_t even, odd;
};

/// Memory that will be needed next.
struct NextBlock {
  const char* from = nullptr;
  size_t bytes = 0;
};

/// Channels of a raw recording that lie side by side, row after row.
constexpr size_t tileChannels = 16;

/// What a filter with one real and two conjugate poles p keeps of the rows of a tile before some of its rows:
/// Σ p^(row − 1 − τ)·x(τ), τ < row. Before the first row, the samples are taken to have been as they are in it.
struct DecayingSums {
  const int16_t* samples; ///< first row
  ptrdiff_t step;         ///< to the next one, in samples; −tileChannels: backwards
  const float* powers;    ///< (decayStates, 9) the real pole's, and real and imaginary parts of the other's, 0 … 8
  const float* start;     ///< (decayStates) 1/(1 − p), likewise
  const int32_t* rows;    ///< (count) rising; there are as many rows before the first as are named
  const int32_t* targets; ///< (count)
  size_t count;
  size_t targetStep;
  double* sums; ///< that of target k at k·targetStep: (decayStates, tileChannels); real part, imaginary part
};
/// Numbers that such a filter keeps of each channel.
constexpr int decayStates = 3;

/// The innermost loops, compiled once per instruction set (see level.h). Raw pointers only: nothing that a compiler
/// might emit as a shared (weak) symbol may cross or live behind this border.
///
/// A *panel* holds `width` rows (units) side by side: element (k, lane) stands at k·width + lane, so that a dot product
/// of one row with all rows of the panel runs over contiguous vectors.
struct Kernels {
  const char* name; ///< value of DANT_SIMD that forces this level

  int width;      ///< lanes of a single-precision panel
  int widthF64;   ///< lanes of a double-precision panel
  int maxRows;    ///< rows that one call of `dots` takes
  int maxRowsF64; ///< rows that one call of `dotsExact` takes
  int rowsF64;    ///< rows that one call of `dotsF64` takes; divides widthF64

  /// out[r·width + lane] = Σ over segments s and samples t of a[(s·samples + t)·rows + r] · segments[s][t·width +
  /// lane]. Partial sums of about a hundred terms keep the rounding error near 1e-7 of the largest partial sum. In the
  /// meantime, what will be multiplied next is fetched.
  void (*dots)(const float* a, int rows, const float* const* segments, size_t segmentCount, size_t samples,
               const NextBlock& next, float* out);
  /// The same for some rows of `a`, which holds `stride` ≤ maxRows of them, in double precision: out[r·width + lane] =
  /// Σ a[(s·samples + t)·stride + rows[r]] · segments[s][t·width + lane], r < count ≤ maxRowsF64.
  void (*dotsExact)(const float* a, size_t stride, const int32_t* rows, int count, const float* const* segments,
                    size_t segmentCount, size_t samples, double* out);
  /// `dots` of samples in pairs, which are whole numbers of steps: out[r·width + lane] = Σ_s aSteps[s·rows + r] ·
  /// steps[s][lane] · Σ_t a · segments[s], t < 2·pairs. Exact but for the rounding of the sum over the segments, if the
  /// sum over the samples of each is within 32 bits.
  void (*dotsQuantised)(const SamplePair* a, const float* aSteps, int rows, const SamplePair* const* segments,
                        const float* const* steps, size_t segmentCount, size_t pairs, const NextBlock& next,
                        float* out);
  /// out[r·widthF64 + lane] = Σ_k a[k·stride + r] · b[k·widthF64 + lane], r < rowsF64.
  void (*dotsF64)(const double* a, size_t stride, const double* b, size_t length, double* out);
  /// Of a tile: rows[k·tileChannels + c] = samples[k·stride + c] − centres[c], k < count, c < tileChannels.
  void (*centreRows)(const int16_t* samples, size_t stride, size_t count, const double* centres, double* rows);
  /// out[c] = (Σ_k weights[k] · rows[k·tileChannels + c] + centres[c]) · scales[c], k < count, c < tileChannels.
  void (*weighRows)(const double* weights, size_t count, const double* rows, const double* centres,
                    const double* scales, double* out);

  /// Rows of a sparse matrix times a dense one, in pairs of rows that share their indices:
  /// out[rows[2·p + r]·samples + t] = Σ_e coefficients[2·e + r] · source[indices[e]·samples + t] over
  /// start[p] ≤ e < start[p + 1], r = 0, 1. A row that is named twice in a pair must have the same coefficients there.
  void (*combineRows)(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices,
                      const float* coefficients, const int32_t* rows, const float* source, float* out);
  void (*combineRowsF64)(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices,
                         const double* coefficients, const int32_t* rows, const double* source, double* out);

  /// Solves a system with the covariance matrix of a Markov process plus noise, for each sample. `scratch` (states,
  /// samples) is overwritten.
  void (*solveMarkov)(const MarkovSystem<float>& system, size_t samples, const float* source, float* scratch,
                      float* out);
  void (*solveMarkovF64)(const MarkovSystem<double>& system, size_t samples, const double* source, double* scratch,
                         double* out);

  /// Each row of the output takes the source row plus decays[row] times the output row before it (none where that is
  /// 0); rows follow each other at `step` elements in both, forwards or backwards.
  void (*sweepRows)(size_t samples, size_t rows, ptrdiff_t step, const float* decays, const float* source, float* out);
  void (*sweepRowsF64)(size_t samples, size_t rows, ptrdiff_t step, const double* decays, const double* source,
                       double* out);

  /// panel[t·width + lane] = rows[lane][first + t], t < samples; sums and squares (width) over the samples.
  void (*interleave)(const float* const* rows, size_t first, size_t samples, float* panel, double* sums,
                     double* squares);
  /// The same of samples in pairs; sums and squares are of their steps.
  void (*interleavePairs)(const SamplePair* const* rows, size_t first, size_t pairs, SamplePair* panel, double* sums,
                          double* squares);

  /// Rows (rows, samples) in whole numbers of steps (rows, ⌈samples/2⌉), where a sample is missing 0. The steps (rows)
  /// are the smallest for which no number exceeds 16 bits, and no sum of products of two rows 32 bits. A row of zeros
  /// has the step 0.
  void (*quantise)(const float* values, size_t rows, size_t samples, SamplePair* pairs, float* steps);

  /// Fisher z of correlations: z[i] = atanh(clip(r[i], ±limit)), exact to 1e-9; 0 for NaN.
  void (*fisherZ)(const double* r, size_t count, double limit, float* z);

  /// z = atanh(r) of a tile of correlations r = products[row·width + lane]·scales[lane], exact to 1e-7 where |r| ≤ 0.6;
  /// largest[row] = largest |r| of the row.
  void (*smallFisherZ)(const float* products, const float* scales, size_t rows, float* z, float* largest);

  /// D = 1/(1 + tanh S) = ½ + ½·exp(−2 S) within 2 units in the last place, and the same bits for the same S wherever
  /// it stands. NaN stays NaN; infinity where D is above the largest number. `distances` may be `similarities`.
  void (*distances)(const double* similarities, size_t count, double* distances);

  /// range[row] = largest minus smallest of the row's values (rows, samples).
  void (*ranges)(const float* values, size_t rows, size_t samples, float* range);

  /// Of a matrix (count, count), each element of a block of rows and columns and its mirror image across the diagonal
  /// become the larger of both.
  void (*symmetrise)(float* matrix, size_t count, size_t firstRow, size_t rows, size_t firstColumn, size_t columns);

  /// One step of Prim's algorithm: best[j] = max(best[j], Σ_f weights[f]·rows[f][j]), first ≤ j < last, where best[j]
  /// is not NaN, as it is for points inside the tree. Returns the first j with the largest best[j], and that value; −∞
  /// if all are NaN.
  size_t (*primStep)(size_t first, size_t last, const float* const* rows, const double* weights, int features,
                     double* best, double* largest);

  /// Two ways to a min-plus matrix product. out[r][j] = min(out[r][j], min over p of scalars[r][p] + rows[p][j]),
  /// r < outRows, p < count, j < width.
  void (*minPlusUpdate)(size_t outRows, size_t count, const double* const* scalars, const double* const* rows,
                        size_t width, double* const* out);
  /// out[i·ys + j] = smallest x[i][k] + y[j][k], i < xs, j < ys, k < count; infinity when count is 0.
  void (*minPlusProduct)(size_t xs, const double* const* x, size_t ys, const double* const* y, size_t count,
                         double* out);

  /// Of a tile of a raw recording: sums[t·tileChannels + c] += Σ tile[(starts[w] + t)·tileChannels + c], w < count, t <
  /// rows.
  void (*addWindows)(const int16_t* tile, const int32_t* starts, size_t count, size_t rows, int32_t* sums);
  void (*addDecayingSums)(const DecayingSums& sums);
};

/// The kernels in use: the best level that this processor has, or the one that DANT_SIMD (base, avx2, avx512,
/// avx512vnni, neon) forces. Throws InputError when DANT_SIMD names a level that this processor or build lacks.
const Kernels& kernels();

} // namespace dant
