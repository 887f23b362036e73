#pragma once

namespace dant {

/** Instructions of an x86-64 processor that both it and the operating system support. */
struct CpuFeatures {
  bool avx2 = false;   // with FMA
  bool avx512 = false; // F, DQ, BW and VL
  bool avx512vnni = false;
};

CpuFeatures cpuFeatures();

} // namespace dant
