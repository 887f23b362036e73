#include "core/files/crc32.h"

#include <array>
#include <cstddef>
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace dant {

namespace {

constexpr size_t slices = 16;
using Tables = std::array<std::array<uint32_t, 256>, slices>;

/// tables[k][b]: what byte b adds to the remainder when k more bytes follow it.
constexpr Tables makeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320U : 0U);
    }
    tables[0][byte] = remainder;
  }
  for (size_t k = 1; k < slices; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = (shorter >> 8) ^ tables[0][shorter & 0xFF];
    }
  }
  return tables;
}

constexpr Tables tables = makeTables();

/// The remainder after more bytes.
uint32_t byTables(const uint8_t* at, size_t left, uint32_t remainder) {
  for (; left >= slices; at += slices, left -= slices) {
    const uint32_t first =
        remainder ^ (uint32_t{at[0]} | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24);
    remainder = tables[15][first & 0xFF] ^ tables[14][(first >> 8) & 0xFF] ^ tables[13][(first >> 16) & 0xFF] ^
                tables[12][first >> 24];
    for (size_t k = 4; k < slices; ++k) {
      remainder ^= tables[slices - 1 - k][at[k]];
    }
  }
  for (; left > 0; ++at, --left) {
    remainder = (remainder >> 8) ^ tables[0][(remainder ^ *at) & 0xFF];
  }
  return remainder;
}

#if defined(__x86_64__) || defined(_M_X64)

/// x^power modulo the polynomial of CRC-32; the highest power in the lowest of 33 bits.
constexpr long long powerOfX(int power) {
  uint32_t remainder = uint32_t{1} << 31;
  for (int k = 0; k < power; ++k) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320U : 0U);
  return static_cast<long long>(remainder) << 1;
}

/// 16 bytes, with what they are worth `bits` further on in place of them added to `later`.
__attribute__((target("pclmul,sse4.1"))) inline __m128i folded(__m128i bytes, __m128i powers, __m128i later) {
  return _mm_xor_si128(
      later, _mm_xor_si128(_mm_clmulepi64_si128(bytes, powers, 0x00), _mm_clmulepi64_si128(bytes, powers, 0x11)));
}

/// The same as byTables for whole blocks of 64 bytes, at least one: each 16 bytes are replaced by bytes further on that
/// leave the same remainder (Gopal et al. 2009, Fast CRC computation for generic polynomials using PCLMULQDQ).
__attribute__((target("pclmul,sse4.1"))) uint32_t byMultiplication(const uint8_t* at, size_t blocks,
                                                                   uint32_t remainder) {
  const auto load = [](const uint8_t* from) __attribute__((target("pclmul,sse4.1"))) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const auto powers = [](int bits) __attribute__((target("pclmul,sse4.1"))) {
    return _mm_set_epi64x(powerOfX(bits - 32), powerOfX(bits + 32));
  };
  const __m128i block = powers(512), piece = powers(128);
  __m128i lanes[4] = {_mm_xor_si128(load(at), _mm_cvtsi32_si128(static_cast<int>(remainder))), load(at + 16),
                      load(at + 32), load(at + 48)};
  for (size_t k = 1; k < blocks; ++k) {
    at += 64;
    for (int lane = 0; lane < 4; ++lane) lanes[lane] = folded(lanes[lane], block, load(at + 16 * lane));
  }
  const __m128i rest = folded(folded(folded(lanes[0], piece, lanes[1]), piece, lanes[2]), piece, lanes[3]);
  alignas(16) uint8_t bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), rest);
  return byTables(bytes, sizeof bytes, 0);
}

bool canMultiply() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

#endif

} // namespace

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t previous) {
  uint32_t remainder = ~previous;
#if defined(__x86_64__) || defined(_M_X64)
  static const bool multiplies = canMultiply();
  if (const size_t blocks = multiplies ? bytes.size() / 64 : 0; blocks > 0) {
    remainder = byMultiplication(bytes.data(), blocks, remainder);
    bytes = bytes.subspan(64 * blocks);
  }
#endif
  return ~byTables(bytes.data(), bytes.size(), remainder);
}

} // namespace dant
