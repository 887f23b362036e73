#include "core/files/crc32.h"

#include <array>
#include <cstddef>

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

} // namespace

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t previous) {
  uint32_t remainder = ~previous;
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
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
  return ~remainder;
}

} // namespace dant
