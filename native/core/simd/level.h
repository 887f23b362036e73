// The kernels of the level that is compiled, each defined in the file of its family with the type that the table has.
// Their namespace is the level's, so that no two levels share a name.
#pragma once
#include "core/simd/kernels.h"

namespace dant::DANT_LEVEL {

template <class Pointer> struct Pointed;
template <class Type> struct Pointed<Type*> {
  typedef Type Function;
};

Pointed<decltype(Kernels::dots)>::Function dots;
Pointed<decltype(Kernels::dotsExact)>::Function dotsExact;
Pointed<decltype(Kernels::dotsQuantised)>::Function dotsQuantised;
Pointed<decltype(Kernels::dotsF64)>::Function dotsF64;
Pointed<decltype(Kernels::centreRows)>::Function centreRows;
Pointed<decltype(Kernels::weighRows)>::Function weighRows;
Pointed<decltype(Kernels::combineRows)>::Function combineRows;
Pointed<decltype(Kernels::combineRowsF64)>::Function combineRowsF64;
Pointed<decltype(Kernels::solveMarkov)>::Function solveMarkov;
Pointed<decltype(Kernels::solveMarkovF64)>::Function solveMarkovF64;
Pointed<decltype(Kernels::sweepRows)>::Function sweepRows;
Pointed<decltype(Kernels::sweepRowsF64)>::Function sweepRowsF64;
Pointed<decltype(Kernels::interleave)>::Function interleave;
Pointed<decltype(Kernels::interleavePairs)>::Function interleavePairs;
Pointed<decltype(Kernels::quantise)>::Function quantise;
Pointed<decltype(Kernels::fisherZ)>::Function fisherZ;
Pointed<decltype(Kernels::smallFisherZ)>::Function smallFisherZ;
Pointed<decltype(Kernels::distances)>::Function distances;
Pointed<decltype(Kernels::ranges)>::Function ranges;
Pointed<decltype(Kernels::symmetrise)>::Function symmetrise;
Pointed<decltype(Kernels::primStep)>::Function primStep;
Pointed<decltype(Kernels::minPlusUpdate)>::Function minPlusUpdate;
Pointed<decltype(Kernels::minPlusProduct)>::Function minPlusProduct;
Pointed<decltype(Kernels::addWindows)>::Function addWindows;
Pointed<decltype(Kernels::addDecayingSums)>::Function addDecayingSums;

} // namespace dant::DANT_LEVEL
