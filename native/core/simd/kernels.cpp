// The table of the level that is compiled.
#include "core/simd/vectors.h"

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
    DANT_LEVEL::dots,
    DANT_LEVEL::dotsExact,
    DANT_LEVEL::dotsQuantised,
    DANT_LEVEL::dotsF64,
    DANT_LEVEL::centreRows,
    DANT_LEVEL::weighRows,
    DANT_LEVEL::combineRows,
    DANT_LEVEL::combineRowsF64,
    DANT_LEVEL::solveMarkov,
    DANT_LEVEL::solveMarkovF64,
    DANT_LEVEL::sweepRows,
    DANT_LEVEL::sweepRowsF64,
    DANT_LEVEL::interleave,
    DANT_LEVEL::interleavePairs,
    DANT_LEVEL::quantise,
    DANT_LEVEL::fisherZ,
    DANT_LEVEL::smallFisherZ,
    DANT_LEVEL::distances,
    DANT_LEVEL::ranges,
    DANT_LEVEL::symmetrise,
    DANT_LEVEL::primStep,
    DANT_LEVEL::minPlusUpdate,
    DANT_LEVEL::minPlusProduct,
    DANT_LEVEL::addWindows,
    DANT_LEVEL::addDecayingSums,
};

} // namespace dant
