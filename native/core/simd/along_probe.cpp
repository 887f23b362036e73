// Sparse matrices and Markov processes along the probe, for each sample: what interpolation between channels needs.
#include "core/simd/vectors.h"

namespace {

using dant::MarkovSystem;

// Vectors of samples that `combineRows` keeps sums of for both rows of a pair, as measured: with 16 registers two, but
// where there is no fused operation four are faster although they do not fit.
constexpr int combinedVectors = vectorBytes == 32 ? 2 : 4;

// Observations between prefetching the samples of one and using them: they come from the memory, channel by channel.
constexpr size_t observationsAhead = 24;
constexpr size_t bytesOfLine = 64;

// Vectors of samples of four states that stay in registers.
constexpr int solvedVectors = DANT_REGISTERS >= 32 ? 4 : 2;

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

template <class Real> void combine(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices,
                                   const Real* coefficients, const int32_t* rows, const Real* source, Real* out) {
  for (size_t p = 0; p < pairs; ++p, rows += 2) {
    RowPair<Real> pair{start[p], start[p + 1], indices, coefficients, {}};
    for (int r = 0; r < 2; ++r) pair.to[r] = out + static_cast<size_t>(rows[r]) * samples;
    combinePair<combinedVectors>(pair, samples, 0, source);
  }
}

/// Prefetches some vectors of samples, from t on, of an observation that is some steps away; not in double precision,
/// into which they were converted a moment ago. Inlined by force: GCC takes a function that does nothing else for one
/// that does nothing.
template <int Vectors, class Vector, class Real> [[gnu::always_inline]] inline void
prefetch(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, size_t i) {
  if (sizeof(Real) == sizeof(double) || i >= system.observations) return;
  const Real* from = source + static_cast<size_t>(system.sources[i]) * samples + t;
  for (size_t k = 0; k < Vectors * sizeof(Vector) / sizeof(Real); k += bytesOfLine / sizeof(Real))
    __builtin_prefetch(from + k);
}

/// A whole number that is a constant to the compiler.
template <int Number> struct Constant {
  constexpr operator int() const { return Number; }
};

/// body(Constant<number>()): so that an array that it is an index of can be registers.
template <int Count, int Number = 0, class Body> inline void withConstant(int number, const Body& body) {
  if constexpr (Number + 1 < Count) {
    if (number != Number) return withConstant<Count, Number + 1>(number, body);
  }
  body(Constant<Number>());
}

/// States of some vectors of samples; few enough to keep them in registers.
template <int Count, int Vectors, class VectorType, class Real> struct StatesInRegisters {
  typedef VectorType Vector;
  static constexpr int vectors = Vectors;
  static constexpr int count() { return Count; }
  Vector get(int state, int v) const { return values[state][v]; }
  void set(int state, int v, Vector value) { values[state][v] = value; }
  template <class Body> void withNumber(int state, const Body& body) { withConstant<Count>(state, body); }

  Vector values[Count][Vectors];
};

/// Any number of states.
template <int Vectors, class VectorType, class Real> struct StatesInMemory {
  typedef VectorType Vector;
  static constexpr int vectors = Vectors;
  int count() const { return states; }
  Vector get(int state, int v) const { return loadAs<Vector>(at(state, v)); }
  void set(int state, int v, Vector value) { store(at(state, v), value); }
  template <class Body> void withNumber(int state, const Body& body) { body(state); }
  Real* at(int state, int v) const {
    return first + static_cast<size_t>(state) * stride + static_cast<size_t>(v) * (sizeof(Vector) / sizeof(Real));
  }

  Real* first;
  size_t stride;
  int states;
};

/// Some vectors of samples from t on: forwards the filter, whose innovations go to the output, then its adjoint
/// backwards.
template <class States, class Real> inline void solveBlock(const MarkovSystem<Real>& system, size_t samples, size_t t,
                                                           const Real* source, States& states, Real* out) {
  typedef typename States::Vector Vector;
  constexpr int vectors = States::vectors;
  constexpr size_t lanes = sizeof(Vector) / sizeof(Real);
  const auto forget = [&] {
    for (int k = 0; k < states.count(); ++k)
      for (int v = 0; v < vectors; ++v) states.set(k, v, Vector{});
  };
  const auto decay = [&](Real factor) {
    if (factor == 1) return;
    for (int k = 0; k < states.count(); ++k)
      for (int v = 0; v < vectors; ++v) states.set(k, v, factor * states.get(k, v));
  };
  forget();
  for (size_t i = 0; i < system.observations; ++i) {
    prefetch<vectors, Vector>(system, samples, t, source, i + observationsAhead);
    decay(system.decays[i]);
    const Real* from = source + static_cast<size_t>(system.sources[i]) * samples + t;
    const Real* gains = system.gains + i * system.states;
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector isNew[vectors];
    states.withNumber(system.stateOf[i], [&](auto observed) {
      for (int v = 0; v < vectors; ++v) isNew[v] = loadAs<Vector>(from + v * lanes) - states.get(observed, v);
    });
    for (int v = 0; v < vectors; ++v) store(to + v * lanes, isNew[v]);
    for (int k = 0; k < states.count(); ++k)
      for (int v = 0; v < vectors; ++v) states.set(k, v, states.get(k, v) + gains[k] * isNew[v]);
  }
  forget();
  for (size_t i = system.observations; i-- > 0;) {
    const Real* gains = system.gains + i * system.states;
    Real* to = out + static_cast<size_t>(system.targets[i]) * samples + t;
    Vector solved[vectors];
    for (int v = 0; v < vectors; ++v) {
      solved[v] = system.precisions[i] * loadAs<Vector>(to + v * lanes);
      for (int k = 0; k < states.count(); ++k) solved[v] += gains[k] * states.get(k, v);
      store(to + v * lanes, solved[v]);
    }
    states.withNumber(system.stateOf[i], [&](auto observed) {
      for (int v = 0; v < vectors; ++v) states.set(observed, v, states.get(observed, v) - solved[v]);
    });
    decay(system.decays[i]);
  }
}

template <int Vectors, class Vector, class Real> inline void
solveSamples(const MarkovSystem<Real>& system, size_t samples, size_t t, const Real* source, Real* scratch, Real* out) {
  if (system.states == 4) {
    StatesInRegisters<4, Vectors, Vector, Real> states;
    return solveBlock(system, samples, t, source, states, out);
  }
  StatesInMemory<Vectors, Vector, Real> states{scratch + t, samples, static_cast<int>(system.states)};
  solveBlock(system, samples, t, source, states, out);
}

template <class Real>
void solve(const MarkovSystem<Real>& system, size_t samples, const Real* source, Real* scratch, Real* out) {
  typedef typename VectorOf<Real>::Type Vector;
  constexpr size_t lanes = vectorBytes / sizeof(Real);
  size_t t = 0;
  for (; t + solvedVectors * lanes <= samples; t += solvedVectors * lanes)
    solveSamples<solvedVectors, Vector>(system, samples, t, source, scratch, out);
  for (; t + lanes <= samples; t += lanes) solveSamples<1, Vector>(system, samples, t, source, scratch, out);
  if (t < samples && samples >= lanes)
    return solveSamples<1, Vector>(system, samples, samples - lanes, source, scratch, out);
  for (; t < samples; ++t) solveSamples<1, Real>(system, samples, t, source, scratch, out);
}

template <class Real>
void sweep(size_t samples, size_t rows, ptrdiff_t step, const Real* decays, const Real* source, Real* out) {
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

} // namespace

namespace dant::DANT_LEVEL {

void combineRows(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices, const float* coefficients,
                 const int32_t* rows, const float* source, float* out) {
  combine(samples, pairs, start, indices, coefficients, rows, source, out);
}

void solveMarkov(const MarkovSystem<float>& system, size_t samples, const float* source, float* scratch, float* out) {
  solve(system, samples, source, scratch, out);
}

void sweepRows(size_t samples, size_t rows, ptrdiff_t step, const float* decays, const float* source, float* out) {
  sweep(samples, rows, step, decays, source, out);
}

void combineRowsF64(size_t samples, size_t pairs, const int32_t* start, const int32_t* indices,
                    const double* coefficients, const int32_t* rows, const double* source, double* out) {
  combine(samples, pairs, start, indices, coefficients, rows, source, out);
}

void solveMarkovF64(const MarkovSystem<double>& system, size_t samples, const double* source, double* scratch,
                    double* out) {
  solve(system, samples, source, scratch, out);
}

void sweepRowsF64(size_t samples, size_t rows, ptrdiff_t step, const double* decays, const double* source,
                  double* out) {
  sweep(samples, rows, step, decays, source, out);
}

} // namespace dant::DANT_LEVEL
