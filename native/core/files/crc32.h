#pragma once
#include <cstdint>
#include <span>

namespace dant {

/// The CRC-32 of zip archives (ISO 3309, polynomial 0xEDB88320 reflected) of `bytes`, which follow bytes whose
/// CRC-32 is `previous` (0: none). Slicing by 16 (Kounavis and Berry 2008, IEEE Trans. Comput. 57,
/// 1550), or carry-less products where the processor has them.
uint32_t crc32(std::span<const uint8_t> bytes, uint32_t previous = 0);

} // namespace dant
