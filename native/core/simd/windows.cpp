// Sums of windows of a raw recording, and of what is before and behind them.
#include "core/simd/vectors.h"

namespace {

using dant::DecayingSums;
using dant::decayStates;

constexpr int tileLanes = static_cast<int>(dant::tileChannels);
constexpr int tileVectors = tileLanes / lanesF;

inline VectorI32 loadWide(const int16_t* p) {
  return __builtin_convertvector(static_cast<HalfI16>(*reinterpret_cast<const UnalignedHalfI16*>(p)), VectorI32);
}

inline VectorI32 load(const int32_t* p) { return *reinterpret_cast<const UnalignedI32*>(p); }
inline void store(int32_t* p, VectorI32 v) { *reinterpret_cast<UnalignedI32*>(p) = v; }

/// Sums of this many rows stay in registers while all windows are added to them.
constexpr int rowsInRegisters = (DANT_REGISTERS >= 32 ? 27 : 12) / tileVectors;

/// Windows of a unit are far apart, so that the processor does not know which one is next.
constexpr size_t windowsAhead = 2;
constexpr int samplesPerLine = 32;

template <int Rows> inline void addRows(const int16_t* tile, const int32_t* starts, size_t count, int32_t* sums) {
  constexpr int vectors = Rows * tileVectors;
  VectorI32 total[vectors];
  for (int v = 0; v < vectors; ++v) total[v] = load(sums + v * lanesF);
  for (size_t w = 0; w < count; ++w) {
    const int16_t* const window = tile + static_cast<ptrdiff_t>(starts[w]) * tileLanes;
    const int16_t* const later =
        tile + static_cast<ptrdiff_t>(starts[w + windowsAhead < count ? w + windowsAhead : w]) * tileLanes;
    for (int v = 0; v < vectors; ++v) {
      if (v * lanesF % samplesPerLine == 0) __builtin_prefetch(later + v * lanesF);
      total[v] += loadWide(window + v * lanesF);
    }
  }
  for (int v = 0; v < vectors; ++v) store(sums + v * lanesF, total[v]);
}

/// Rows that a state takes at once: their weighted sum does not wait for the state before them.
constexpr int rowsAtOnce = 8;

/// States of some channels of a tile.
struct States {
  VectorF real, u, v;
};

inline VectorF floats(const int16_t* p) { return __builtin_convertvector(loadWide(p), VectorF); }

/// One row further.
inline States next(const States& s, VectorF x, const float* powers) {
  const float a = powers[1], re = powers[rowsAtOnce + 2], im = powers[2 * rowsAtOnce + 3];
  return {s.real * a + x, s.u * re - s.v * im + x, s.u * im + s.v * re};
}

/// As many rows further as are taken at once.
inline States leap(const States& s, const int16_t* x, ptrdiff_t step, const float* powers) {
  const float *const a = powers, *const re = a + rowsAtOnce + 1, *const im = re + rowsAtOnce + 1;
  const float a8 = a[rowsAtOnce], re8 = re[rowsAtOnce], im8 = im[rowsAtOnce];
  States sum{};
#pragma GCC unroll 8
  for (int j = 0; j < rowsAtOnce; ++j) {
    const VectorF value = floats(x + j * step);
    sum.real += value * a[rowsAtOnce - 1 - j];
    sum.u += value * re[rowsAtOnce - 1 - j];
    sum.v += value * im[rowsAtOnce - 1 - j];
  }
  return {s.real * a8 + sum.real, s.u * re8 - s.v * im8 + sum.u, s.u * im8 + s.v * re8 + sum.v};
}

inline void addTo(double* sums, VectorF values) {
  float lanes[lanesF];
  store(lanes, values);
  for (int k = 0; k < lanesF; ++k) sums[k] += static_cast<double>(lanes[k]);
}

inline void sumDecays(const DecayingSums& p, int firstLane) {
  const int16_t* x = p.samples + firstLane;
  const VectorF before = floats(x);
  States state{before * p.start[0], before * p.start[1], before * p.start[2]};
  size_t event = 0;
  for (size_t row = 0;; row += rowsAtOnce, x += rowsAtOnce * p.step) {
    for (; event < p.count && static_cast<size_t>(p.rows[event]) < row + rowsAtOnce; ++event) {
      States here = state;
      const auto further = static_cast<ptrdiff_t>(p.rows[event]) - static_cast<ptrdiff_t>(row);
      for (ptrdiff_t j = 0; j < further; ++j) here = next(here, floats(x + j * p.step), p.powers);
      double* const sums = p.sums + static_cast<size_t>(p.targets[event]) * p.targetStep + firstLane;
      addTo(sums, here.real);
      addTo(sums + tileLanes, here.u);
      addTo(sums + 2 * tileLanes, here.v);
    }
    if (event == p.count) return;
    state = leap(state, x, p.step, p.powers);
  }
}

} // namespace

namespace dant::DANT_LEVEL {

void addWindows(const int16_t* tile, const int32_t* starts, size_t count, size_t rows, int32_t* sums) {
  size_t t = 0;
  for (; t + rowsInRegisters <= rows; t += rowsInRegisters) {
    addRows<rowsInRegisters>(tile + t * tileLanes, starts, count, sums + t * tileLanes);
  }
  for (; t < rows; ++t) addRows<1>(tile + t * tileLanes, starts, count, sums + t * tileLanes);
}

void addDecayingSums(const DecayingSums& sums) {
  for (int v = 0; v < tileVectors; ++v) sumDecays(sums, v * lanesF);
}

} // namespace dant::DANT_LEVEL
