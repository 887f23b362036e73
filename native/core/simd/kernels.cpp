// Compiled once per instruction set, with DANT_LEVEL (name), DANT_VECTOR_BYTES and DANT_REGISTERS set by
// CMakeLists.txt. Everything but the table is local to this file: templates and functions of different levels must
// never be merged by the linker. So: no standard headers with templates, no Eigen.
#include "core/simd/kernels.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace {

using dant::MarkovSystem;
using dant::NextBlock;
using dant::SamplePair;

constexpr int vectorBytes = DANT_VECTOR_BYTES;
typedef float VectorF __attribute__((vector_size(vectorBytes)));
typedef double VectorD __attribute__((vector_size(vectorBytes)));
typedef long long VectorI __attribute__((vector_size(vectorBytes)));
typedef int32_t VectorI32 __attribute__((vector_size(vectorBytes)));
typedef int16_t HalfI16 __attribute__((vector_size(vectorBytes / 2)));
typedef float HalfF __attribute__((vector_size(vectorBytes / 2)));
// Loads and stores need no alignment beyond that of an element.
typedef float UnalignedF __attribute__((vector_size(vectorBytes), aligned(4), may_alias));
typedef double UnalignedD __attribute__((vector_size(vectorBytes), aligned(8), may_alias));
typedef int32_t UnalignedI32 __attribute__((vector_size(vectorBytes), aligned(2), may_alias));
typedef int32_t UnalignedPair __attribute__((aligned(2), may_alias));
typedef int16_t UnalignedHalfI16 __attribute__((vector_size(vectorBytes / 2), aligned(2), may_alias));
typedef float UnalignedHalfF __attribute__((vector_size(vectorBytes / 2), aligned(4), may_alias));

constexpr int lanesF = vectorBytes / 4;
constexpr int lanesD = vectorBytes / 8;

inline VectorF load(const float* p) { return *reinterpret_cast<const UnalignedF*>(p); }
inline VectorD load(const double* p) { return *reinterpret_cast<const UnalignedD*>(p); }
/// In double precision. With intrinsics where there are such: GCC converts a vector in two halves.
inline VectorD loadWide(const float* p) {
#if DANT_VECTOR_BYTES == 64
  return reinterpret_cast<VectorD>(_mm512_maskz_cvtps_pd(0xFF, _mm256_loadu_ps(p)));
#elif DANT_VECTOR_BYTES == 32
  return reinterpret_cast<VectorD>(_mm256_cvtps_pd(_mm_loadu_ps(p)));
#else
  return __builtin_convertvector(static_cast<HalfF>(*reinterpret_cast<const UnalignedHalfF*>(p)), VectorD);
#endif
}
inline VectorI32 load(const SamplePair* p) { return *reinterpret_cast<const UnalignedI32*>(p); }
inline void store(SamplePair* p, VectorI32 v) { *reinterpret_cast<UnalignedI32*>(p) = v; }
inline void store(float* p, VectorF v) { *reinterpret_cast<UnalignedF*>(p) = v; }
inline void store(double* p, VectorD v) { *reinterpret_cast<UnalignedD*>(p) = v; }
inline void store(float* p, float v) { *p = v; }
inline void store(double* p, double v) { *p = v; }
/// A vector, or a single number.
template <class Vector, class Real> inline Vector loadAs(const Real* p) {
  if constexpr (sizeof(Vector) == sizeof(Real)) return *p;
  else return load(p);
}

// Two vectors of columns; as many rows as leave registers for the columns and a broadcast.
constexpr int columnsF = 2;
constexpr int width = columnsF * lanesF;
constexpr int maxRows = DANT_REGISTERS >= 32 ? 14 : 6;
// Half of the rows of a block: with more sums of integers compilers run out of registers.
constexpr int quantisedRows = DANT_REGISTERS >= 32 ? 7 : 6;
constexpr int columnsExact = width / lanesD;
constexpr int maxRowsF64 = DANT_REGISTERS >= 32 ? 6 : 3;
constexpr int columnsF64 = 2;
constexpr int widthF64 = columnsF64 * lanesD;
constexpr int rowsF64 = widthF64 >= 8 ? widthF64 / 2 : widthF64;

// Vectors of samples that `combineRows` keeps sums of for both rows of a pair, as measured: with 16 registers two, but
// where there is no fused operation four are faster although they do not fit.
constexpr int combinedVectors = vectorBytes == 32 ? 2 : 4;

// Rows of a min-plus product that are worked on together.
constexpr int minPlusRows = DANT_REGISTERS >= 32 ? 4 : 2;

// Observations between asking for the samples of one and using them: they come from the memory, channel by channel.
constexpr size_t observationsAhead = 24;
constexpr size_t bytesOfLine = 64;

// Vectors of samples of four states that stay in registers.
constexpr int solvedVectors = DANT_REGISTERS >= 32 ? 4 : 2;

constexpr size_t chunk = 128;

/// In the registers: for ` = {}` GCC clears memory, byte by byte, and loads the registers from it.
template <class Vector, int Rows, int Columns> inline void clear(Vector (&sums)[Rows][Columns]) {
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) sums[r][c] = Vector{};
}

/// Asks for memory bit by bit: of what was asked for at once, most would have to wait for the rest.
class Ahead {
public:
  Ahead(const NextBlock& next, size_t steps) : at_(next.from), step_(next.bytes / (steps == 0 ? 1 : steps)) {}
  void ask() {
    __builtin_prefetch(at_, 0, 2);
    at_ += step_;
  }

private:
  const char* at_;
  size_t step_;
};

template <int Rows> void dotsOf(const float* a, const float* const* segments, size_t segmentCount, size_t samples,
                                const NextBlock& next, float* out) {
  Ahead ahead(next, segmentCount * samples);
  VectorF total[Rows][columnsF];
  clear(total);
  for (size_t s = 0; s < segmentCount;) {
    VectorF sum[Rows][columnsF];
    clear(sum);
    for (size_t terms = 0; s < segmentCount && terms < chunk; terms += samples) {
      const float* b = segments[s++];
      for (size_t t = 0; t < samples; ++t) {
        ahead.ask();
        const VectorF b0 = load(b);
        const VectorF b1 = load(b + lanesF);
        for (int r = 0; r < Rows; ++r) {
          sum[r][0] += a[r] * b0;
          sum[r][1] += a[r] * b1;
        }
        a += Rows;
        b += width;
      }
    }
    for (int r = 0; r < Rows; ++r)
      for (int c = 0; c < columnsF; ++c) total[r][c] += sum[r][c];
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsF; ++c) store(out + r * width + c * lanesF, total[r][c]);
}

void widen(const float* from, size_t count, double* to) {
  size_t i = 0;
  for (; i + lanesD <= count; i += lanesD) store(to + i, loadWide(from + i));
  for (; i < count; ++i) to[i] = from[i];
}

template <int Rows> void dotsExactOf(const float* a, size_t stride, const int32_t* rows, const float* const* segments,
                                     size_t segmentCount, size_t samples, double* out) {
  // Converted many at a time: one by one, conversions would take as long as the products.
  constexpr size_t steps = 16;
  double wide[steps * maxRows];
  VectorD sum[Rows][columnsExact];
  clear(sum);
  for (size_t s = 0; s < segmentCount; ++s) {
    const float* b = segments[s];
    for (size_t first = 0; first < samples; first += steps) {
      const size_t count = samples - first < steps ? samples - first : steps;
      widen(a, count * stride, wide);
      a += count * stride;
      const double* row[Rows];
      for (int r = 0; r < Rows; ++r) row[r] = wide + rows[r];
      for (size_t t = 0; t < count; ++t, b += width) {
        VectorD column[columnsExact];
        for (int c = 0; c < columnsExact; ++c) column[c] = loadWide(b + c * lanesD);
        for (int r = 0; r < Rows; ++r) {
          const double factor = row[r][t * stride];
          for (int c = 0; c < columnsExact; ++c) sum[r][c] += factor * column[c];
        }
      }
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsExact; ++c) store(out + r * width + c * lanesD, sum[r][c]);
}

// The number of rows is a template argument, so that the sums stay in registers: find the instance.
template <int Rows = 1> void dots(const float* a, int rows, const float* const* segments, size_t segmentCount,
                                  size_t samples, const NextBlock& next, float* out) {
  if (rows == Rows) return dotsOf<Rows>(a, segments, segmentCount, samples, next, out);
  if constexpr (Rows < maxRows) dots<Rows + 1>(a, rows, segments, segmentCount, samples, next, out);
}

template <int Rows = 1> void dotsExact(const float* a, size_t stride, const int32_t* rows, int count,
                                       const float* const* segments, size_t segmentCount, size_t samples, double* out) {
  if (count == Rows) return dotsExactOf<Rows>(a, stride, rows, segments, segmentCount, samples, out);
  if constexpr (Rows < maxRowsF64) dotsExact<Rows + 1>(a, stride, rows, count, segments, segmentCount, samples, out);
}

void dotsF64(const double* a, size_t stride, const double* b, size_t length, double* out) {
  VectorD sum[rowsF64][columnsF64];
  clear(sum);
  for (size_t k = 0; k < length; ++k) {
    const VectorD b0 = load(b);
    const VectorD b1 = load(b + lanesD);
    for (int r = 0; r < rowsF64; ++r) {
      sum[r][0] += a[r] * b0;
      sum[r][1] += a[r] * b1;
    }
    a += stride;
    b += widthF64;
  }
  for (int r = 0; r < rowsF64; ++r)
    for (int c = 0; c < columnsF64; ++c) store(out + r * widthF64 + c * lanesD, sum[r][c]);
}

template <class Real> struct VectorOf;
template <> struct VectorOf<float> {
  typedef VectorF Type;
};
template <> struct VectorOf<double> {
  typedef VectorD Type;
};

/// Two rows of a sparse matrix that share their indices, and where they go.
template <class Real> struct RowPair {
  int32_t first, last; ///< entries
  const int32_t* indices;
  const Real* coefficients;
  Real* to[2];
};

/// `Vectors` vectors of samples, from t on, of both rows: each load of the source serves them both.
template <int Vectors, class Vector, class Real>
inline void combineBlock(const RowPair<Real>& pair, size_t samples, size_t t, const Real* source) {
  constexpr size_t lanes = sizeof(Vector) / sizeof(Real);
  Vector sum[2][Vectors];
  clear(sum);
  for (int32_t e = pair.first; e < pair.last; ++e) {
    const Real* from = source + static_cast<size_t>(pair.indices[e]) * samples + t;
    const Real* coefficients = pair.coefficients + static_cast<size_t>(e) * 2;
    for (int v = 0; v < Vectors; ++v) {
      const Vector values = loadAs<Vector>(from + v * lanes);
      for (int r = 0; r < 2; ++r) sum[r][v] += coefficients[r] * values;
    }
  }
  for (int r = 0; r < 2; ++r)
    for (int v = 0; v < Vectors; ++v) store(pair.to[r] + t + v * lanes, sum[r][v]);
}

/// The samples from t on.
template <int Vectors, class Real>
inline void combinePair(const RowPair<Real>& pair, size_t samples, size_t t, const Real* source) {
  typedef typename VectorOf<Real>::Type Vector;
  constexpr size_t lanes = vectorBytes / sizeof(Real);
  for (; t + Vectors * lanes <= samples; t += Vectors * lanes) combineBlock<Vectors, Vector>(pair, samples, t, source);
  if constexpr (Vectors > 1) {
    combinePair<Vectors / 2>(pair, samples, t, source);
  } else if (t < samples && samples >= lanes) {
    combineBlock<1, Vector>(pair, samples, samples - lanes, source);
  } else {
    for (; t < samples; ++t) combineBlock<1, Real>(pair, samples, t, source);
  }
}

template <class Real> void combineRows(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices,
                                       const Real* coefficients, const int32_t* rows, const Real* source, Real* out) {
  for (size_t p = 0; p < pairs; ++p, rows += 2) {
    RowPair<Real> pair{start[p], start[p + 1], indices, coefficients, {}};
    for (int r = 0; r < 2; ++r) pair.to[r] = out + static_cast<size_t>(rows[r]) * samples;
    combinePair<combinedVectors>(pair, samples, 0, source);
  }
}

/// Asks for some vectors of samples, from t on, of an observation that is some steps away; not in double precision,
/// into which they were converted a moment ago. Inlined by force: GCC takes a function that does nothing else for one
/// that does nothing.
template <int Vectors, class Vector, class Real> [[gnu::always_inline]] inline void
prefetch(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, size_t i) {
  if (sizeof(Real) == sizeof(double) || i >= system.observations) return;
  const Real* from = source + static_cast<size_t>(system.sources[i]) * samples + t;
  for (size_t k = 0; k < Vectors * sizeof(Vector) / sizeof(Real); k += bytesOfLine / sizeof(Real))
    __builtin_prefetch(from + k);
}

/// Some vectors of samples from t on: forwards the filter, whose innovations go to the output, then its adjoint
/// backwards.
template <int Vectors, class Vector, class Real> inline void
solveBlock(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, Real* room, Real* out) {
  constexpr size_t lanes = sizeof(Vector) / sizeof(Real);
  const size_t states = system.states;
  const auto decay = [&](Real factor) {
    if (factor == 1) return;
    for (size_t k = 0; k < states; ++k)
      for (int v = 0; v < Vectors; ++v) {
        Real* state = room + k * samples + t + v * lanes;
        store(state, factor * loadAs<Vector>(state));
      }
  };
  const auto clear = [&] {
    for (size_t k = 0; k < states; ++k)
      for (int v = 0; v < Vectors; ++v) store(room + k * samples + t + v * lanes, Vector{});
  };
  clear();
  for (size_t i = 0; i < system.observations; ++i) {
    prefetch<Vectors, Vector>(system, samples, t, source, i + observationsAhead);
    decay(system.decays[i]);
    const Real* from = source + static_cast<size_t>(system.sources[i]) * samples + t;
    const Real* observed = room + static_cast<size_t>(system.stateOf[i]) * samples + t;
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector isNew[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      isNew[v] = loadAs<Vector>(from + v * lanes) - loadAs<Vector>(observed + v * lanes);
      store(to + v * lanes, isNew[v]);
    }
    const Real* gains = system.gains + i * states;
    for (size_t k = 0; k < states; ++k)
      for (int v = 0; v < Vectors; ++v) {
        Real* state = room + k * samples + t + v * lanes;
        store(state, loadAs<Vector>(state) + gains[k] * isNew[v]);
      }
  }
  clear();
  for (size_t i = system.observations; i-- > 0;) {
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector solved[Vectors];
    for (int v = 0; v < Vectors; ++v) solved[v] = system.precisions[i] * loadAs<Vector>(to + v * lanes);
    const Real* gains = system.gains + i * states;
    for (size_t k = 0; k < states; ++k)
      for (int v = 0; v < Vectors; ++v) solved[v] += gains[k] * loadAs<Vector>(room + k * samples + t + v * lanes);
    Real* observed = room + static_cast<size_t>(system.stateOf[i]) * samples + t;
    for (int v = 0; v < Vectors; ++v) {
      store(to + v * lanes, solved[v]);
      store(observed + v * lanes, loadAs<Vector>(observed + v * lanes) - solved[v]);
    }
    decay(system.decays[i]);
  }
}

template <int Number> struct Index {};

/// body(Index<number>()): the number is a constant to the body, so that an array that it is an index of can be
/// registers.
template <int Count, int Number = 0, class Body> inline void withConstant(int number, const Body& body) {
  if constexpr (Number + 1 < Count) {
    if (number != Number) return withConstant<Count, Number + 1>(number, body);
  }
  body(Index<Number>());
}

/// As solveBlock, with few enough states to keep them in registers.
template <int States, int Vectors, class Vector, class Real> inline void
solveInRegisters(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, Real* out) {
  constexpr size_t lanes = sizeof(Vector) / sizeof(Real);
  Vector state[States][Vectors];
  clear(state);
  const auto decay = [&](Real factor) {
    if (factor == 1) return;
    for (int k = 0; k < States; ++k)
      for (int v = 0; v < Vectors; ++v) state[k][v] *= factor;
  };
  for (size_t i = 0; i < system.observations; ++i) {
    prefetch<Vectors, Vector>(system, samples, t, source, i + observationsAhead);
    decay(system.decays[i]);
    const Real* from = source + static_cast<size_t>(system.sources[i]) * samples + t;
    const Real* gains = system.gains + i * States;
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector isNew[Vectors];
    withConstant<States>(system.stateOf[i], [&]<int Observed>(Index<Observed>) {
      for (int v = 0; v < Vectors; ++v) isNew[v] = loadAs<Vector>(from + v * lanes) - state[Observed][v];
    });
    for (int v = 0; v < Vectors; ++v) store(to + v * lanes, isNew[v]);
    for (int k = 0; k < States; ++k)
      for (int v = 0; v < Vectors; ++v) state[k][v] += gains[k] * isNew[v];
  }
  clear(state);
  for (size_t i = system.observations; i-- > 0;) {
    const Real* gains = system.gains + i * States;
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector solved[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      solved[v] = system.precisions[i] * loadAs<Vector>(to + v * lanes);
      for (int k = 0; k < States; ++k) solved[v] += gains[k] * state[k][v];
      store(to + v * lanes, solved[v]);
    }
    withConstant<States>(system.stateOf[i], [&]<int Observed>(Index<Observed>) {
      for (int v = 0; v < Vectors; ++v) state[Observed][v] -= solved[v];
    });
    decay(system.decays[i]);
  }
}

template <int Vectors, class Vector, class Real> inline void
solveSamples(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, Real* room, Real* out) {
  if (system.states == 4) return solveInRegisters<4, Vectors, Vector>(system, samples, t, source, out);
  solveBlock<Vectors, Vector>(system, samples, t, source, room, out);
}

template <class Real>
void solveMarkov(const MarkovSystem<Real>& system, size_t samples, const Real* source, Real* room, Real* out) {
  typedef typename VectorOf<Real>::Type Vector;
  constexpr size_t lanes = vectorBytes / sizeof(Real);
  size_t t = 0;
  for (; t + solvedVectors * lanes <= samples; t += solvedVectors * lanes)
    solveSamples<solvedVectors, Vector>(system, samples, t, source, room, out);
  for (; t + lanes <= samples; t += lanes) solveSamples<1, Vector>(system, samples, t, source, room, out);
  if (t < samples && samples >= lanes)
    return solveSamples<1, Vector>(system, samples, samples - lanes, source, room, out);
  for (; t < samples; ++t) solveSamples<1, Real>(system, samples, t, source, room, out);
}

template <class Real>
void sweepRows(size_t samples, size_t rows, ptrdiff_t step, const Real* decays, const Real* source, Real* out) {
  constexpr size_t lanes = vectorBytes / sizeof(Real);
  for (size_t row = 0; row < rows; ++row, source += step, out += step) {
    const Real decay = decays[row];
    // The first row has none before it.
    const Real* before = decay == 0 ? source : out - step;
    size_t t = 0;
    for (; t + lanes <= samples; t += lanes)
      store(out + t, decay == 0 ? load(source + t) : load(source + t) + decay * load(before + t));
    for (; t < samples; ++t) out[t] = decay == 0 ? source[t] : source[t] + decay * before[t];
  }
}

template <int... Lane> struct Lanes {};
template <int Count, int... Lane> struct LanesUpTo : LanesUpTo<Count - 1, Count - 1, Lane...> {};
template <int... Lane> struct LanesUpTo<0, Lane...> : Lanes<Lane...> {};

/// Exchanges the lanes of `a` whose number has the bit `Step` with those of `b` whose number has not.
template <int Step, class Vector, int... Lane> inline void exchange(Vector& a, Vector& b, Lanes<Lane...>) {
#ifdef __clang__
  const Vector low = __builtin_shufflevector(a, b, ((Lane & Step) == 0 ? Lane : lanesF + Lane - Step)...);
  b = __builtin_shufflevector(a, b, ((Lane & Step) == 0 ? Lane + Step : lanesF + Lane)...);
#else
  typedef int VectorOfLanes __attribute__((vector_size(vectorBytes)));
  const Vector low = __builtin_shuffle(a, b, VectorOfLanes{((Lane & Step) == 0 ? Lane : lanesF + Lane - Step)...});
  b = __builtin_shuffle(a, b, VectorOfLanes{((Lane & Step) == 0 ? Lane + Step : lanesF + Lane)...});
#endif
  a = low;
}

/// Element j of vector i ↔ element i of vector j: bit after bit of i and j.
template <int Step = lanesF / 2, class Vector> inline void transpose(Vector (&v)[lanesF]) {
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i)
    if ((i & Step) == 0) exchange<Step>(v[i], v[i + Step], LanesUpTo<lanesF>());
  if constexpr (Step > 1) transpose<Step / 2>(v);
}

/// panel[t·width + lane] = rows[lane][first + t], t < count, of numbers or pairs of four bytes.
template <class Vector, class Value>
inline void layOut(const Value* const* rows, size_t first, size_t count, Value* panel) {
  constexpr size_t prefetched = 640;
  size_t t = 0;
  for (; t + lanesF <= count; t += lanesF) {
    for (int c = 0; c < columnsF; ++c) {
      Vector block[lanesF];
#pragma GCC unroll 16
      for (int i = 0; i < lanesF; ++i) {
        const Value* row = rows[c * lanesF + i] + first + t;
        block[i] = load(row);
        // So many rows side by side are more than the processor foresees by itself.
        __builtin_prefetch(row + prefetched, 0, 2);
      }
      transpose(block);
#pragma GCC unroll 16
      for (int i = 0; i < lanesF; ++i) store(panel + (t + i) * width + c * lanesF, block[i]);
    }
  }
  for (; t < count; ++t)
    for (int lane = 0; lane < width; ++lane) panel[t * width + lane] = rows[lane][first + t];
}

void interleave(const float* const* rows, size_t first, size_t samples, float* panel, double* sums, double* squares) {
  layOut<VectorF>(rows, first, samples, panel);
  VectorD sum[columnsExact] = {}, square[columnsExact] = {};
  for (size_t t = 0; t < samples; ++t) {
    for (int c = 0; c < columnsExact; ++c) {
      const VectorD value = loadWide(panel + t * width + c * lanesD);
      sum[c] += value;
      square[c] += value * value;
    }
  }
  for (int c = 0; c < columnsExact; ++c) {
    store(sums + c * lanesD, sum[c]);
    store(squares + c * lanesD, square[c]);
  }
}

/// Σ of both products of each pair.
inline VectorI32 multiplyPairs(VectorI32 a, VectorI32 b) {
#if DANT_VECTOR_BYTES == 64
  return reinterpret_cast<VectorI32>(_mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif DANT_VECTOR_BYTES == 32
  return reinterpret_cast<VectorI32>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<VectorI32>(_mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  return ((a << 16) >> 16) * ((b << 16) >> 16) + (a >> 16) * (b >> 16);
#endif
}

/// sum + Σ of both products of each pair, in one instruction where there is one.
inline VectorI32 addProducts(VectorI32 sum, VectorI32 a, VectorI32 b) {
#if DANT_VECTOR_BYTES == 64 && defined(__AVX512VNNI__)
  return reinterpret_cast<VectorI32>(
      _mm512_dpwssd_epi32(reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#else
  return sum + multiplyPairs(a, b);
#endif
}

inline VectorI32 broadcast(const SamplePair* pair) {
  return *reinterpret_cast<const UnalignedPair*>(pair) - VectorI32{};
}

void interleavePairs(const SamplePair* const* rows, size_t first, size_t pairs, SamplePair* panel, double* sums,
                     double* squares) {
  layOut<VectorI32>(rows, first, pairs, panel);
  const SamplePair one{1, 1};
  for (int c = 0; c < columnsF; ++c) {
    VectorI32 sum = {}, square = {};
    for (size_t p = 0; p < pairs; ++p) {
      const VectorI32 values = load(panel + p * width + c * lanesF);
      sum += multiplyPairs(values, broadcast(&one));
      square += multiplyPairs(values, values);
    }
    for (int lane = 0; lane < lanesF; ++lane) {
      sums[c * lanesF + lane] = sum[lane];
      squares[c * lanesF + lane] = square[lane];
    }
  }
}

/// A row's norm in steps: the product of two is below 2³¹, with room for rounding.
constexpr float quantisedNorm = 46000;
constexpr float largestQuantised = 32767;
constexpr float smallestStep = 1e-37F; // of those whose inverse is a number

/// The nearest whole number of a small one, in the lower bits.
constexpr float rounding = 12582912; // 1.5·2²³

void quantise(const float* values, size_t rows, size_t samples, SamplePair* pairs, float* steps) {
  const size_t stride = samples + samples % 2;
  for (size_t row = 0; row < rows; ++row, values += samples, pairs += stride / 2) {
    VectorF largest = {}, square = {};
    size_t t = 0;
    for (; t + lanesF <= samples; t += lanesF) {
      const VectorF value = load(values + t), size = value < 0.0F ? -value : value;
      largest = size > largest ? size : largest;
      square += value * value;
    }
    float most = 0, sum = 0;
    for (; t < samples; ++t) {
      const float size = values[t] < 0 ? -values[t] : values[t];
      most = size > most ? size : most;
      sum += size * size;
    }
    for (int lane = 0; lane < lanesF; ++lane) {
      most = largest[lane] > most ? largest[lane] : most;
      sum += square[lane];
    }
    const float byNorm = __builtin_sqrtf(sum) / quantisedNorm, bySize = most / largestQuantised;
    const float step = byNorm > bySize ? byNorm : bySize;
    const bool isZero = step < smallestStep;
    steps[row] = isZero ? 0 : step;
    const float factor = isZero ? 0 : 1 / step;
    auto* out = reinterpret_cast<int16_t*>(pairs);
    for (t = 0; t + lanesF <= samples; t += lanesF) {
      const VectorF rounded = load(values + t) * factor + rounding;
      *reinterpret_cast<UnalignedHalfI16*>(out + t) =
          __builtin_convertvector(reinterpret_cast<VectorI32>(rounded), HalfI16);
    }
    for (; t < samples; ++t) {
      const VectorF rounded = values[t] * factor + rounding + VectorF{};
      out[t] = static_cast<int16_t>(reinterpret_cast<VectorI32>(rounded)[0]);
    }
    if (t < stride) out[t] = 0;
  }
}

/// Some of `stride` rows.
template <int Rows> void dotsQuantisedOf(const SamplePair* a, const float* aSteps, size_t stride,
                                         const SamplePair* const* segments, const float* const* steps,
                                         size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  Ahead ahead(next, segmentCount * pairs);
  VectorF total[Rows][columnsF];
  clear(total);
  for (size_t s = 0; s < segmentCount; ++s, aSteps += stride) {
    const SamplePair* b = segments[s];
    VectorI32 sum[Rows][columnsF];
    clear(sum);
    for (size_t p = 0; p < pairs; ++p, a += stride, b += width) {
      ahead.ask();
      const VectorI32 b0 = load(b), b1 = load(b + lanesF);
      for (int r = 0; r < Rows; ++r) {
        const VectorI32 pair = broadcast(a + r);
        sum[r][0] = addProducts(sum[r][0], pair, b0);
        sum[r][1] = addProducts(sum[r][1], pair, b1);
      }
    }
    for (int c = 0; c < columnsF; ++c) {
      const VectorF step = load(steps[s] + c * lanesF);
      for (int r = 0; r < Rows; ++r) total[r][c] += __builtin_convertvector(sum[r][c], VectorF) * (aSteps[r] * step);
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsF; ++c) store(out + r * width + c * lanesF, total[r][c]);
}

template <int Rows = 1> void dotsQuantisedPart(int rows, const SamplePair* a, const float* aSteps, size_t stride,
                                               const SamplePair* const* segments, const float* const* steps,
                                               size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  if (rows == Rows) return dotsQuantisedOf<Rows>(a, aSteps, stride, segments, steps, segmentCount, pairs, next, out);
  if constexpr (Rows < quantisedRows)
    dotsQuantisedPart<Rows + 1>(rows, a, aSteps, stride, segments, steps, segmentCount, pairs, next, out);
}

void dotsQuantised(const SamplePair* a, const float* aSteps, int rows, const SamplePair* const* segments,
                   const float* const* steps, size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  const int parts = (rows + quantisedRows - 1) / quantisedRows;
  const size_t share = next.bytes / static_cast<size_t>(parts);
  for (int part = 0; part < parts; ++part) {
    const int first = part * rows / parts, last = (part + 1) * rows / parts;
    dotsQuantisedPart(last - first, a + first, aSteps + first, static_cast<size_t>(rows), segments, steps, segmentCount,
                      pairs, {next.from + static_cast<size_t>(part) * share, share}, out + first * width);
  }
}

/// Natural logarithm of positive, normal numbers: x = 2^e·m with m in [√½, √2), log m = 2·atanh((m − 1)/(m + 1)).
inline VectorD logarithm(VectorD x) {
  const VectorI bits = reinterpret_cast<VectorI>(x);
  const long long sqrtHalf = 0x3FE6A09E667F3BCDLL;
  const VectorI exponent = (bits - sqrtHalf) >> 52;
  const VectorD mantissa = reinterpret_cast<VectorD>(bits - (exponent << 52));
  const VectorD s = (mantissa - 1.0) / (mantissa + 1.0);
  const VectorD q = s * s;
  const VectorD series =
      1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13 + q / 15.0))))));
  return 2.0 * s * series + __builtin_convertvector(exponent, VectorD) * 0.6931471805599453;
}

inline VectorD fisherOf(VectorD r, double limit) {
  r = r == r ? r : VectorD{};
  r = r > limit ? limit - VectorD{} : r;
  r = r < -limit ? -limit - VectorD{} : r;
  return 0.5 * logarithm((1.0 + r) / (1.0 - r));
}

void fisherZ(const double* r, size_t count, double limit, float* z) {
  size_t i = 0;
  for (; i + lanesD <= count; i += lanesD) {
    *reinterpret_cast<UnalignedHalfF*>(z + i) = __builtin_convertvector(fisherOf(load(r + i), limit), HalfF);
  }
  for (; i < count; ++i) z[i] = static_cast<float>(fisherOf(r[i] - VectorD{}, limit)[0]);
}

/// atanh(r)/r as a polynomial of x = r², within 7e-10 for x ≤ 0.36 (Chebyshev interpolation of what follows the 1).
inline VectorF smallFisherFactor(VectorF x) {
  const VectorF tail = 0.08136631F + x * (0.12964469F + x * (-0.08671835F + x * 0.26304153F));
  return 1.0F + x * (0.33333333F + x * (0.20000074F + x * (0.14281488F + x * (0.11202465F + x * tail))));
}

void smallFisherZ(const float* products, const float* scales, size_t rows, float* z, float* largest) {
  for (size_t row = 0; row < rows; ++row) {
    VectorF most = {};
    for (int c = 0; c < columnsF; ++c) {
      const size_t at = row * width + c * lanesF;
      const VectorF r = load(products + at) * load(scales + c * lanesF);
      const VectorF size = r < 0.0F ? -r : r;
      most = size > most ? size : most;
      store(z + at, r * smallFisherFactor(r * r));
    }
    largest[row] = most[0];
    for (int lane = 1; lane < lanesF; ++lane) largest[row] = most[lane] > largest[row] ? most[lane] : largest[row];
  }
}

/// ½ + ½·exp(x), x = k·log 2 + r, |r| ≤ ½·log 2: exp(x) = 2^k·(1 + r + r²/2! + … + r¹³/13!); the next term is below
/// 5e-18. No sum of two products, so that a compiler can fuse it in one way only.
inline VectorD halfOfOneAndExp(VectorD x) {
  // Below, exp is nothing beside 1; above, all is infinite. NaN is neither.
  x = x < -100.0 ? -100.0 - VectorD{} : x;
  x = x > 711.0 ? 711.0 - VectorD{} : x;
  // Adding it rounds to an integer, which is then in the lowest bits.
  const double shift = 0x1.8p52;
  const VectorD shifted = x * 0x1.71547652b82fep0 + shift; // 1/log 2
  const VectorD k = shifted - shift;
  // The first part of log 2 has 32 bits: its product with k is exact.
  const VectorD r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  // In three parts, of which none waits for another.
  const VectorD square = r * r, fourth = square * square;
  const VectorD first = 0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120)));
  const VectorD second = 1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880)));
  const VectorD third = 1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800)));
  const VectorD series = first + fourth * (second + fourth * third);
  const VectorD exponential = 1.0 + (r + square * series);
  // Twice the series, times a quarter of 2^k: half of exp(x) is still a number where 2^k is too large to be one.
  const VectorI power = (reinterpret_cast<VectorI>(shifted) + (1023 - 2)) << 52;
  return 0.5 + (exponential + exponential) * reinterpret_cast<VectorD>(power);
}

void distances(const double* similarities, size_t count, double* distances) {
  for (size_t i = 0; i < count; i += lanesD) {
    const size_t rest = count - i < lanesD ? count - i : lanesD;
    double last[lanesD] = {};
    if (rest < lanesD)
      for (size_t lane = 0; lane < rest; ++lane) last[lane] = similarities[i + lane];
    const VectorD distance = halfOfOneAndExp(-2.0 * load(rest < lanesD ? last : similarities + i));
    if (rest == lanesD) {
      store(distances + i, distance);
    } else {
      for (size_t lane = 0; lane < rest; ++lane) distances[i + lane] = distance[lane];
    }
  }
}

template <class Vector> inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
template <class Vector> inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }

/// Of a number of rows, as many as a vector has lanes: what one lane of each of their vectors says.
template <class Pick> inline VectorF acrossLanes(VectorF (&rows)[lanesF], const Pick& pick) {
  transpose(rows);
  VectorF picked = rows[0];
  for (int i = 1; i < lanesF; ++i) picked = pick(rows[i], picked);
  return picked;
}

void ranges(const float* values, size_t rows, size_t samples, float* range) {
  // The processor foresees no further than to the end of a page.
  constexpr size_t prefetched = 512;
  size_t row = 0;
  for (; row + lanesF <= rows && samples >= static_cast<size_t>(lanesF); row += lanesF) {
    VectorF low[lanesF], high[lanesF];
    for (int i = 0; i < lanesF; ++i, values += samples) {
      low[i] = high[i] = load(values);
      for (size_t t = lanesF; t < samples; t += lanesF) {
        // The last vector may overlap the one before.
        const float* at = values + (t + lanesF <= samples ? t : samples - lanesF);
        __builtin_prefetch(at + prefetched);
        low[i] = smaller(load(at), low[i]);
        high[i] = larger(load(at), high[i]);
      }
    }
    store(range + row, acrossLanes(high, larger<VectorF>) - acrossLanes(low, smaller<VectorF>));
  }
  for (; row < rows; ++row, values += samples) {
    float low = values[0], high = values[0];
    for (size_t t = 1; t < samples; ++t) {
      low = smaller(values[t], low);
      high = larger(values[t], high);
    }
    range[row] = high - low;
  }
}

/// Of a square of lanesF × lanesF elements and of its mirror image across the diagonal.
inline void symmetriseSquare(float* square, float* mirror, size_t stride) {
  VectorF both[lanesF];
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) both[i] = load(mirror + static_cast<size_t>(i) * stride);
  transpose(both);
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) {
    float* row = square + static_cast<size_t>(i) * stride;
    both[i] = larger(load(row), both[i]);
    store(row, both[i]);
  }
  transpose(both);
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) store(mirror + static_cast<size_t>(i) * stride, both[i]);
}

void symmetrise(float* matrix, size_t count, size_t firstRow, size_t rows, size_t firstColumn, size_t columns) {
  const auto at = [&](size_t i, size_t j) { return matrix + i * count + j; };
  const auto single = [&](size_t i, size_t j) { *at(i, j) = *at(j, i) = larger(*at(i, j), *at(j, i)); };
  const size_t lastRow = firstRow + rows, lastColumn = firstColumn + columns;
  size_t i = firstRow;
  for (; i + lanesF <= lastRow; i += lanesF) {
    size_t j = firstColumn;
    for (; j + lanesF <= lastColumn; j += lanesF) symmetriseSquare(at(i, j), at(j, i), count);
    for (; j < lastColumn; ++j)
      for (size_t k = i; k < i + lanesF; ++k) single(k, j);
  }
  for (; i < lastRow; ++i)
    for (size_t j = firstColumn; j < lastColumn; ++j) single(i, j);
}

size_t absorb(size_t first, size_t last, const float* const* rows, const double* weights, int features, double* best,
              double* most) {
  constexpr size_t block = 8 * lanesD;
  // Rows come in any order, so that the processor foresees neither their beginnings nor their next pages.
  constexpr size_t prefetched = 512, line = 16;
  const double nothing = -__builtin_inf();
  // Of each lane, the largest and the first block that holds it. Nothing is larger than NaN.
  VectorD tops = nothing - VectorD{};
  VectorI blockOfTop = static_cast<long long>(first) + VectorI{};
  size_t j = first;
  for (; j + block <= last; j += block) {
    for (int f = 0; f < features; ++f)
      for (size_t ahead = prefetched; ahead < prefetched + block; ahead += line)
        __builtin_prefetch(rows[f] + j + ahead);
    VectorD top = nothing - VectorD{};
    for (size_t i = j; i < j + block; i += lanesD) {
      VectorD sum = weights[0] * loadWide(rows[0] + i);
      for (int f = 1; f < features; ++f) sum += weights[f] * loadWide(rows[f] + i);
      const VectorD before = load(best + i);
      const VectorD now = sum > before ? sum : before;
      store(best + i, now);
      top = now > top ? now : top;
    }
    const VectorI isLarger = top > tops;
    tops = isLarger ? top : tops;
    blockOfTop = isLarger ? static_cast<long long>(j) + VectorI{} : blockOfTop;
  }
  double largest = nothing;
  size_t where = first;
  for (int lane = 0; lane < lanesD; ++lane) {
    const auto at = static_cast<size_t>(blockOfTop[lane]);
    if (tops[lane] > largest || (tops[lane] == largest && at < where)) {
      largest = tops[lane];
      where = at;
    }
  }
  if (largest > nothing)
    while (best[where] != largest) ++where;
  for (; j < last; ++j) {
    double sum = weights[0] * rows[0][j];
    for (int f = 1; f < features; ++f) sum += weights[f] * rows[f][j];
    if (sum > best[j]) best[j] = sum;
    if (best[j] > largest) {
      largest = best[j];
      where = j;
    }
  }
  *most = largest;
  return where;
}

/// Some vectors of columns, from `column` on, of some rows: each load serves them all.
template <int Rows, int Vectors, class Vector> inline void
lowerBlock(size_t count, const double* const* scalars, const double* const* rows, size_t column, double* const* out) {
  constexpr size_t lanes = sizeof(Vector) / sizeof(double);
  Vector least[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) least[r][v] = loadAs<Vector>(out[r] + column + v * lanes);
  for (size_t p = 0; p < count; ++p) {
    Vector row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = loadAs<Vector>(rows[p] + column + v * lanes);
    for (int r = 0; r < Rows; ++r)
      for (int v = 0; v < Vectors; ++v) least[r][v] = smaller(scalars[r][p] + row[v], least[r][v]);
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) store(out[r] + column + v * lanes, least[r][v]);
}

template <int Rows> void lowerColumns(size_t count, const double* const* scalars, const double* const* rows,
                                      size_t width, double* const* out) {
  constexpr int vectors = 4;
  size_t j = 0;
  for (; j + vectors * lanesD <= width; j += vectors * lanesD)
    lowerBlock<Rows, vectors, VectorD>(count, scalars, rows, j, out);
  for (; j + lanesD <= width; j += lanesD) lowerBlock<Rows, 1, VectorD>(count, scalars, rows, j, out);
  for (; j < width; ++j) lowerBlock<Rows, 1, double>(count, scalars, rows, j, out);
}

void lowerRows(size_t outRows, size_t count, const double* const* scalars, const double* const* rows, size_t width,
               double* const* out) {
  size_t r = 0;
  for (; r + minPlusRows <= outRows; r += minPlusRows)
    lowerColumns<minPlusRows>(count, scalars + r, rows, width, out + r);
  for (; r < outRows; ++r) lowerColumns<1>(count, scalars + r, rows, width, out + r);
}

/// Some rows x with some rows y: each load serves all rows of the other side.
template <int Rows>
inline void smallestBlock(const double* const* x, const double* const* y, size_t count, double* out, size_t stride) {
  VectorD least[Rows][Rows];
  for (int i = 0; i < Rows; ++i)
    for (int j = 0; j < Rows; ++j) least[i][j] = __builtin_inf() + VectorD{};
  size_t k = 0;
  for (; k + lanesD <= count; k += lanesD) {
    VectorD ys[Rows];
    for (int j = 0; j < Rows; ++j) ys[j] = load(y[j] + k);
    for (int i = 0; i < Rows; ++i) {
      const VectorD xs = load(x[i] + k);
      for (int j = 0; j < Rows; ++j) least[i][j] = smaller(xs + ys[j], least[i][j]);
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Rows; ++j) {
      double smallest = least[i][j][0];
      for (int lane = 1; lane < lanesD; ++lane) smallest = smaller<double>(least[i][j][lane], smallest);
      for (size_t rest = k; rest < count; ++rest) smallest = smaller(x[i][rest] + y[j][rest], smallest);
      out[i * stride + j] = smallest;
    }
  }
}

void smallestSums(size_t xs, const double* const* x, size_t ys, const double* const* y, size_t count, double* out) {
  constexpr size_t step = minPlusRows;
  for (size_t i = 0; i < xs;) {
    const bool whole = i + step <= xs;
    size_t j = 0;
    if (whole)
      for (; j + step <= ys; j += step) smallestBlock<minPlusRows>(x + i, y + j, count, out + i * ys + j, ys);
    const size_t end = whole ? i + step : i + 1;
    for (size_t row = i; row < end; ++row)
      for (size_t rest = j; rest < ys; ++rest) smallestBlock<1>(x + row, y + rest, count, out + row * ys + rest, ys);
    i = end;
  }
}

inline VectorI32 loadWide(const int16_t* p) {
  return __builtin_convertvector(static_cast<HalfI16>(*reinterpret_cast<const UnalignedHalfI16*>(p)), VectorI32);
}

inline VectorI32 load(const int32_t* p) { return *reinterpret_cast<const UnalignedI32*>(p); }
inline void store(int32_t* p, VectorI32 v) { *reinterpret_cast<UnalignedI32*>(p) = v; }

/// Sums of this many vectors stay in registers while all windows are added to them.
constexpr size_t windowVectors = 4;

void addWindows(const int16_t* const* windows, size_t count, size_t samples, int32_t* sums) {
  constexpr size_t step = windowVectors * lanesF;
  size_t t = 0;
  for (; t + step <= samples; t += step) {
    VectorI32 total[windowVectors];
    for (size_t v = 0; v < windowVectors; ++v) total[v] = load(sums + t + v * lanesF);
    for (size_t w = 0; w < count; ++w)
      for (size_t v = 0; v < windowVectors; ++v) total[v] += loadWide(windows[w] + t + v * lanesF);
    for (size_t v = 0; v < windowVectors; ++v) store(sums + t + v * lanesF, total[v]);
  }
  for (; t < samples; ++t)
    for (size_t w = 0; w < count; ++w) sums[t] += windows[w][t];
}

} // namespace

#define DANT_JOIN2(a, b) a##b
#define DANT_JOIN(a, b) DANT_JOIN2(a, b)
#define DANT_TEXT2(a) #a
#define DANT_TEXT(a) DANT_TEXT2(a)

namespace dant {

extern const Kernels DANT_JOIN(kernels_, DANT_LEVEL);
const Kernels DANT_JOIN(kernels_, DANT_LEVEL) = {
    DANT_TEXT(DANT_LEVEL),
    width,
    widthF64,
    maxRows,
    maxRowsF64,
    rowsF64,
    dots<>,
    dotsExact<>,
    dotsQuantised,
    dotsF64,
    combineRows<float>,
    combineRows<double>,
    solveMarkov<float>,
    solveMarkov<double>,
    sweepRows<float>,
    sweepRows<double>,
    interleave,
    interleavePairs,
    quantise,
    fisherZ,
    smallFisherZ,
    distances,
    ranges,
    symmetrise,
    absorb,
    lowerRows,
    smallestSums,
    addWindows,
};

} // namespace dant
