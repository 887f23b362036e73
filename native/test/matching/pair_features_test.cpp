#include "core/matching/pair_features.h"
#include "core/matching/unit_shapes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <random>

using namespace dant;

namespace {

constexpr size_t siteCount = 60, samples = 24;

/// Units on a column of sites 20 µm apart, the later half those of the earlier one moved by `motion`.
struct Recording {
  std::vector<double> locations, depths, corrected;
  std::vector<float> waveforms;
  std::vector<int32_t> units, sessions, shanks, channels, peaks;

  explicit Recording(size_t neurons, double motion) {
    std::mt19937 random(6);
    std::uniform_real_distribution<double> uniform;
    for (size_t c = 0; c < siteCount; ++c) {
      locations.insert(locations.end(), {0.0, 20.0 * static_cast<double>(c)});
      channels.push_back(static_cast<int32_t>(c));
    }
    std::vector<double> place, late, wide;
    for (size_t k = 0; k < neurons; ++k) {
      place.push_back(150 + 900 * uniform(random));
      late.push_back(0.7 * uniform(random));
      wide.push_back(20 + 30 * uniform(random));
    }
    for (int32_t session = 1; session <= 2; ++session) {
      for (size_t k = 0; k < neurons; ++k) {
        const double depth = place[k] + (session == 2 ? motion : 0);
        units.push_back(static_cast<int32_t>(units.size()));
        sessions.push_back(session);
        shanks.push_back(0);
        depths.push_back(depth);
        corrected.push_back(place[k]);
        peaks.push_back(static_cast<int32_t>(std::lround(depth / 20)));
        for (size_t c = 0; c < siteCount; ++c) {
          const double height = 100 * std::exp(-std::pow((20.0 * static_cast<double>(c) - depth) / wide[k], 2));
          for (size_t t = 0; t < samples; ++t) {
            const auto time = static_cast<double>(t);
            const double shape =
                late[k] * std::exp(-std::pow((time - 15) / 3, 2)) - std::exp(-std::pow((time - 9) / 2, 2));
            // An offset of each site must not count.
            waveforms.push_back(static_cast<float>(height < 0.5 ? 0 : height * shape + 3 * static_cast<double>(c % 3)));
          }
        }
      }
    }
  }
  Waveforms all() const { return {waveforms, {}, units, siteCount, samples}; }
};

} // namespace

TEST_CASE("unit shapes: aligned waveforms do not depend on where the probe stands, nor on offsets") {
  const Recording recording(12, 20);
  const ProbeSites sites(recording.locations, {});
  const auto shapes = describeShapes(Job{.threads = 2}, recording.all(), recording.channels, sites, recording.depths,
                                     recording.shanks, recording.peaks);
  const size_t length = shapes.aligned.size() / 24;
  for (size_t k = 0; k < 12; ++k) {
    const float* a = shapes.aligned.data() + k * length;
    // By a whole period of the sites: the same but for rounding, offsets and what is empty.
    CHECK(std::inner_product(a, a + length, a + 12 * length, 0.0F) > 0.999F);
    CHECK(shapes.logAmplitudes[k] > 3);
  }
  // What the derivative's scores say is what differences of the waveform say.
  const size_t peak = static_cast<size_t>(recording.peaks[0]), k = shapes.components;
  const float* scores = shapes.scores.data() + peak * k;
  double squared = 0;
  for (size_t b = 0; b < k; ++b) {
    double sum = 0;
    for (size_t a = b; a < k; ++a) sum += static_cast<double>(scores[a]) * shapes.derivative[a * k + b];
    squared += sum * sum;
  }
  double expected = 0;
  const float* trace = recording.waveforms.data() + peak * samples;
  for (size_t t = 1; t < samples; ++t) expected += std::pow(static_cast<double>(trace[t] - trace[t - 1]), 2);
  CHECK(std::sqrt(squared) == doctest::Approx(std::sqrt(expected)).epsilon(0.05));
}

TEST_CASE("pair features: right pairs are the most alike, those that were hardly seen are taken out") {
  const size_t neurons = 40;
  const Recording recording(neurons, 33);
  const ProbeSites sites(recording.locations, {});
  const ProbeLattice lattice(sites);
  const auto shapes = describeShapes(Job{}, recording.all(), recording.channels, sites, recording.depths,
                                     recording.shanks, recording.peaks);
  const FramedUnits framed{recording.shanks, recording.depths,  recording.corrected, shapes.scores,
                           shapes.live,      shapes.derivative, shapes.components};
  const CommonFrame frame(Job{.threads = 2}, sites, lattice, framed);
  const std::vector<uint8_t> usable(2 * neurons, 1);
  const std::vector<double> x(2 * neurons);
  const UnitTraits traits{x,
                          recording.corrected,
                          shapes.aligned,
                          shapes.alignedSlope,
                          recording.peaks,
                          shapes.logAmplitudes,
                          {},
                          {},
                          {},
                          true,
                          true};
  const std::vector<UnitPair> linked{{1, 2}};
  auto candidates = findCandidates(Job{}, {recording.sessions, recording.shanks, usable, recording.corrected}, lattice,
                                   linked, 40, DecoyKind::displaced, {});
  const auto features = comparePairs(Job{.threads = 2}, sites, lattice, frame, framed, traits, candidates);
  // x never differs: its column is left out.
  CHECK(features.columns == 11);
  const auto& targets = candidates.groups[0];
  double right = 0, wrong = 0, rights = 0, wrongs = 0;
  for (size_t p = targets.begin; p < targets.end; ++p) {
    const double first = static_cast<double>(features.values[p * features.columns]);
    const bool same = candidates.j[p] - candidates.i[p] == static_cast<int32_t>(neurons);
    (same ? right : wrong) += first;
    ++(same ? rights : wrongs);
  }
  CHECK(rights == neurons);
  CHECK(right / rights > 2 + wrong / wrongs);
  double sum = 0, squares = 0, count = 0;
  for (const auto& group : candidates.groups) {
    for (size_t p = group.begin; group.decoys && p < group.end; ++p) {
      const double value = static_cast<double>(features.values[p * features.columns + 2]);
      sum += value;
      squares += value * value;
      ++count;
    }
  }
  CHECK(std::abs(sum / count) < 1e-3);
  CHECK(squares / count == doctest::Approx(1).epsilon(1e-3));
}

TEST_CASE("common frame: without motion it holds what was recorded, and knows what was not") {
  Recording recording(6, 0);
  // The sorter left the sites above 600 µm empty.
  for (size_t row = 0; row < recording.waveforms.size() / samples; ++row)
    if (row % siteCount > 30)
      std::fill_n(recording.waveforms.begin() + static_cast<std::ptrdiff_t>(row * samples), samples, 0.0F);
  const ProbeSites sites(recording.locations, {});
  const ProbeLattice lattice(sites);
  const auto shapes = describeShapes(Job{}, recording.all(), recording.channels, sites, recording.depths,
                                     recording.shanks, recording.peaks);
  const FramedUnits framed{recording.shanks, recording.depths,  recording.depths, shapes.scores,
                           shapes.live,      shapes.derivative, shapes.components};
  const CommonFrame frame(Job{}, sites, lattice, framed);
  for (size_t u = 0; u < 12; ++u) {
    for (int32_t cell = 0; cell < lattice.cells; ++cell) {
      if (!frame.has(u, cell)) continue;
      const auto at = frame.at(u, cell);
      const auto site = static_cast<size_t>(cell);
      const bool near = std::abs(sites.y(site) - recording.depths[u]) < 160;
      CHECK(static_cast<bool>(at.known[0]) == (near && site <= 30 && shapes.live[u * siteCount + site] != 0));
      for (size_t b = 0; at.known[0] && b < shapes.components; ++b)
        CHECK(at.scores[b] == shapes.scores[(u * siteCount + site) * shapes.components + b]);
    }
  }
}

TEST_CASE("common frame: a unit whose depth is no number, or beyond any probe, is in no cell") {
  Recording recording(6, 0);
  const ProbeSites sites(recording.locations, {});
  const auto shapes = describeShapes(Job{.threads = 1}, recording.all(), recording.channels, sites, recording.depths,
                                     recording.shanks, recording.peaks);
  recording.corrected[0] = std::nan("");
  recording.corrected[1] = 1e300;
  recording.corrected[2] = -1e300;
  const ProbeLattice lattice(sites);
  const CommonFrame frame(Job{.threads = 1}, sites, lattice,
                          {recording.shanks, recording.depths, recording.corrected, shapes.scores, shapes.live,
                           shapes.derivative, shapes.components});
  for (int32_t cell = -1; cell <= lattice.cells; ++cell) {
    for (size_t unit = 0; unit < 3; ++unit) CHECK_FALSE(frame.has(unit, cell));
  }
  CHECK(frame.has(3, static_cast<int32_t>(recording.corrected[3] / 20)));
}
