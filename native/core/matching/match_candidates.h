#pragma once
#include "core/job/job.h"
#include "core/matching/probe_sites.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Where the pairs come from that show how alike different neurons look.
enum class DecoyKind : int32_t {
  displaced = 0,   ///< units that lie 150 … 400 µm apart in depth after motion, compared as if they lay together
  wholeProbe = 1,  ///< the same, however far apart: where few units lie within 400 µm
  sameSession = 2, ///< units of one session that lie together: where the probe has no room for displaced ones
};

/// Candidates for matches, and decoys: pairs that cannot be one neuron. They stand in groups within which every unit
/// has at most one partner.
struct MatchCandidates {
  struct Group {
    int32_t sessionPair; ///< of the list of linked sessions
    int32_t cells;       ///< periods of the lattice by which the second unit lies further up
    bool decoys;
    size_t begin, end; ///< of `i` and `j`
  };
  std::vector<Group> groups; ///< ordered by the pair of sessions, the targets first
  std::vector<int32_t> i, j;
};

struct CandidateUnits {
  std::span<const int32_t> sessions;   ///< (n) from 1
  std::span<const int32_t> shanks;     ///< (n)
  std::span<const uint8_t> usable;     ///< (n)
  std::span<const double> correctedUm; ///< (n)
};

/// Pairs of the linked sessions whose depths, less the displacement of the group, differ by less than `halfWidthUm`.
/// Decoys are displaced by multiples of the lattice's period: the interpolated waveforms have its errors. Of the
/// windows that there is room for so many are taken, evenly, that decoys are some 200,000 at most, but never fewer than
/// four. `split` pairs are no decoys of one session.
MatchCandidates findCandidates(const Job& job, const CandidateUnits& units, const ProbeLattice& lattice,
                               std::span<const UnitPair> linkedSessions, double halfWidthUm, DecoyKind kind,
                               std::span<const UnitPair> split);

} // namespace dant
