// For the files that are compiled once per instruction set, with DANT_LEVEL (name), DANT_VECTOR_BYTES and
// DANT_REGISTERS set by CMakeLists.txt: vectors, and what more than one family of kernels needs. All of it is local to
// each file: templates and functions of different levels must never be merged by the linker. So: no standard headers
// with templates, no Eigen.
#pragma once
#include "core/simd/level.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace {

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

template <class Real> struct VectorOf;
template <> struct VectorOf<float> {
  typedef VectorF Type;
};
template <> struct VectorOf<double> {
  typedef VectorD Type;
};

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

/// In the registers: for ` = {}` GCC clears memory, byte by byte, and loads the registers from it.
template <class Vector, int Rows, int Columns> inline void clear(Vector (&sums)[Rows][Columns]) {
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) sums[r][c] = Vector{};
}

template <class Vector> inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
template <class Vector> inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }

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

} // namespace
