#include "test/simd/levels.h"

using namespace dant;

namespace {

template <class Real, class Combine> void checkCombineRows(Combine combine, double precision) {
  constexpr size_t perGroup = 2;
  // Groups of no, one and many entries; the last one has a single row, which fills it up.
  const std::vector<int32_t> start{0, 0, 1, 8, 14};
  const std::vector<int32_t> indices{3, 0, 1, 2, 5, 4, 3, 6, 5, 4, 3, 2, 1, 0};
  const std::vector<int32_t> rows{12, 0, 3, 7, 1, 2, 6, 6};
  auto coefficients = randomNumbers<Real>(indices.size() * perGroup, 3);
  for (size_t e = 8; e < 14; ++e)
    std::fill_n(coefficients.begin() + static_cast<std::ptrdiff_t>(e * perGroup), perGroup, Real(e));
  // Lengths that leave tails behind each number of vectors of each width.
  for (size_t samples : {1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 48, 61, 64, 82, 150, 257}) {
    const auto source = randomNumbers<Real>(7 * samples, 4);
    std::vector<Real> out(13 * samples + 1, 7);
    combine(samples, start.size() - 1, start.data(), indices.data(), coefficients.data(), rows.data(), source.data(),
            out.data());
    CHECK(out.back() == 7);
    double worst = 0;
    for (size_t place = 0; place < rows.size(); ++place) {
      const size_t group = place / perGroup, r = place % perGroup;
      for (size_t t = 0; t < samples; ++t) {
        double sum = 0, magnitude = 1e-300;
        for (auto e = static_cast<size_t>(start[group]); e < static_cast<size_t>(start[group + 1]); ++e) {
          const double term = static_cast<double>(coefficients[e * perGroup + r]) *
                              source[static_cast<size_t>(indices[e]) * samples + t];
          sum += term;
          magnitude += std::abs(term);
        }
        worst = std::max(worst, std::abs(out[static_cast<size_t>(rows[place]) * samples + t] - sum) / magnitude);
      }
    }
    CAPTURE(samples);
    CHECK(worst <= precision);
  }
}

template <class Real, class Solve> void checkSolveMarkov(Solve solve, double precision) {
  constexpr size_t observations = 9;
  const std::vector<int32_t> sources{4, 0, 8, 2, 6, 1, 3, 5, 7}, targets{8, 7, 6, 5, 4, 3, 2, 1, 0};
  for (size_t states : {1, 3, 4, 7}) {
    for (size_t samples : {1, 3, 8, 31, 64, 82}) {
      CAPTURE(states);
      CAPTURE(samples);
      auto gains = randomNumbers<Real>(observations * states, 12), decays = randomNumbers<Real>(observations, 13);
      auto precisions = randomNumbers<Real>(observations, 14);
      for (auto& gain : gains) gain *= Real(0.2);
      for (size_t i = 0; i < observations; ++i) decays[i] = i % 2 == 0 ? Real(1) : std::exp(-std::abs(decays[i]));
      std::vector<int32_t> stateOf;
      for (size_t i = 0; i < observations; ++i) stateOf.push_back(static_cast<int32_t>(i * 5 % states));
      const auto source = randomNumbers<Real>(observations * samples, 15);
      std::vector<Real> out(observations * samples + 1, 7), scratch(states * samples + 1, 7);
      const MarkovSystem<Real> system{observations,   states,        sources.data(), targets.data(),
                                      stateOf.data(), decays.data(), gains.data(),   precisions.data()};
      solve(system, samples, source.data(), scratch.data(), out.data());
      CHECK(out.back() == 7);
      CHECK(scratch.back() == 7);
      double worst = 0;
      for (size_t t = 0; t < samples; ++t) {
        std::vector<double> state(states), innovations, adjoint(states);
        for (size_t i = 0; i < observations; ++i) {
          for (auto& value : state) value *= decays[i];
          innovations.push_back(source[static_cast<size_t>(sources[i]) * samples + t] - state[stateOf[i]]);
          for (size_t k = 0; k < states; ++k) state[k] += gains[i * states + k] * innovations[i];
        }
        for (size_t i = observations; i-- > 0;) {
          double solved = precisions[i] * innovations[i];
          for (size_t k = 0; k < states; ++k) solved += gains[i * states + k] * adjoint[k];
          adjoint[stateOf[i]] -= solved;
          for (auto& value : adjoint) value *= decays[i];
          worst = std::max(worst, std::abs(out[static_cast<size_t>(targets[i]) * samples + t] - solved));
        }
      }
      CHECK(worst <= precision);
    }
  }
}

template <class Real, class Sweep> void checkSweepRows(Sweep sweep, double precision) {
  const std::vector<Real> decays{0, Real(0.5), 0, Real(0.25)};
  for (size_t samples : {1, 3, 8, 31, 64, 82}) {
    const auto source = randomNumbers<Real>(4 * samples, 11);
    for (const bool backwards : {false, true}) {
      std::vector<Real> out(4 * samples + 1, 7);
      const auto at = [&](size_t row) { return (backwards ? 3 - row : row) * samples; };
      const auto step = static_cast<ptrdiff_t>(samples);
      sweep(samples, size_t{4}, backwards ? -step : step, decays.data(), source.data() + at(0), out.data() + at(0));
      CHECK(out.back() == 7);
      for (size_t t = 0; t < samples; ++t) {
        CHECK(out[at(0) + t] == source[at(0) + t]);
        CHECK(std::abs(out[at(1) + t] - (source[at(1) + t] + 0.5 * source[at(0) + t])) <= precision);
        CHECK(out[at(2) + t] == source[at(2) + t]);
        CHECK(std::abs(out[at(3) + t] - (source[at(3) + t] + 0.25 * source[at(2) + t])) <= precision);
      }
    }
  }
}

} // namespace

TEST_CASE("combineRows") {
  forEachLevel([](const Kernels& level) {
    checkCombineRows<float>(level.combineRows, 1e-6);
    checkCombineRows<double>(level.combineRowsF64, 1e-14);
  });
}

TEST_CASE("solveMarkov") {
  forEachLevel([](const Kernels& level) {
    checkSolveMarkov<float>(level.solveMarkov, 1e-5);
    checkSolveMarkov<double>(level.solveMarkovF64, 1e-14);
  });
}

TEST_CASE("sweepRows") {
  forEachLevel([](const Kernels& level) {
    checkSweepRows<float>(level.sweepRows, 1e-6);
    checkSweepRows<double>(level.sweepRowsF64, 1e-15);
  });
}
