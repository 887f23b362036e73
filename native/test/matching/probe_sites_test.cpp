#include "core/matching/interpolation.h"
#include "core/matching/probe_sites.h"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <set>

using namespace dant;

namespace {

/// Rows of sites 20 µm apart, staggered as on Neuropixels 1.0.
std::vector<double> neuropixels(size_t rows) {
  std::vector<double> sites;
  for (size_t row = 0; row < rows; ++row)
    for (const double x : row % 2 == 0 ? std::array{43.0, 11.0} : std::array{59.0, 27.0})
      sites.insert(sites.end(), {x, 20.0 * static_cast<double>(row)});
  return sites;
}

} // namespace

TEST_CASE("probe lattice: the period of the stagger, and four places in a cell") {
  const ProbeSites sites(neuropixels(24), {});
  const ProbeLattice lattice(sites);
  CHECK(lattice.repeats);
  CHECK(lattice.periodUm == doctest::Approx(40));
  CHECK(lattice.places == 4);
  CHECK(lattice.cells == 12);
  for (size_t c = 0; c + 4 < sites.count(); ++c) {
    CHECK(lattice.cell[c + 4] == lattice.cell[c] + 1);
    CHECK(lattice.place[c + 4] == lattice.place[c]);
  }
}

TEST_CASE("probe lattice: one column, a broken site, and probes that do not repeat") {
  std::vector<double> column;
  for (int c = 0; c < 30; ++c)
    if (c != 7) column.insert(column.end(), {0.0, 15.0 * c});
  CHECK(ProbeLattice(ProbeSites(column, {})).periodUm == doctest::Approx(15));
  const std::vector<double> tetrode{0, 0, 12, 0, 0, 12.5, 12, 12.7};
  const ProbeLattice ofTetrode(ProbeSites(tetrode, {}));
  CHECK_FALSE(ofTetrode.repeats);
  CHECK(ofTetrode.cells == 1);
  CHECK(ofTetrode.places == 4);
}

TEST_CASE("probe sites: neighbours are of one shank, columns too") {
  std::vector<double> sites = neuropixels(4);
  std::vector<int32_t> shanks(8, 1);
  for (const double value : neuropixels(4)) sites.push_back(value);
  for (size_t c = 8; c < 16; ++c) sites[2 * c] += 250;
  shanks.insert(shanks.end(), 8, 2);
  const ProbeSites probe(sites, shanks);
  CHECK(probe.near(2, 0, 25) == std::vector<size_t>{8, 9, 10, 11});
  CHECK(probe.columns(1) == std::vector<double>{11, 27, 43, 59});
  CHECK(probe.columns(2) == std::vector<double>{261, 277, 293, 309});
}

TEST_CASE("interpolation: kriging weights as the inverse of the whole matrix gives them") {
  const std::vector<ProbePoint> from{{0, 0}, {32, 0}, {16, 20}, {48, 20}}, to{{10, 7}, {0, 0}, {300, 300}};
  const auto found = interpolationWeights(from, to);
  const auto kernel = [](const ProbePoint& a, const ProbePoint& b) {
    return std::exp(-(std::pow(a.x - b.x, 2) + std::pow(a.y - b.y, 2)) / 1250);
  };
  Eigen::Matrix4d covariance;
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b)
      covariance(a, b) = kernel(from[static_cast<size_t>(a)], from[static_cast<size_t>(b)]) + (a == b ? 0.02 : 0);
  const Eigen::Matrix4d inverse = covariance.inverse();
  for (int t = 0; t < 3; ++t) {
    for (int s = 0; s < 4; ++s) {
      double sum = 0;
      for (int k = 0; k < 4; ++k)
        sum += kernel(to[static_cast<size_t>(t)], from[static_cast<size_t>(k)]) * inverse(k, s);
      CHECK(found(t, s) == doctest::Approx(sum).epsilon(1e-9));
    }
  }
}
