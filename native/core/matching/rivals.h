#pragma once
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Units of one session that are one neuron, by unit.
class SplitUnits {
public:
  SplitUnits(size_t units, std::span<const UnitPair> pairs);
  std::span<const int32_t> partners(int32_t unit) const { return partners_[static_cast<size_t>(unit)]; }
  bool any() const { return any_; }

private:
  std::vector<std::vector<int32_t>> partners_;
  bool any_;
};

/// Within a group of candidates (i, j) a unit has at most one partner: odds o, assessed without the others, become the
/// probability o/(1 + o + Σ odds of i with others + Σ odds of j with others). Parts of a split neuron are no rivals.
/// probabilities has the size of i, j and odds.
void weighRivals(std::span<const int32_t> i, std::span<const int32_t> j, std::span<const double> odds,
                 const SplitUnits& split, std::span<double> probabilities);

/// Each score less the best one of another candidate with the same i or j; +∞ without one.
void marginsOverRivals(std::span<const int32_t> i, std::span<const int32_t> j, std::span<const double> scores,
                       std::span<double> margins);

} // namespace dant
