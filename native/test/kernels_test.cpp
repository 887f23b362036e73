// Every kernel of every level that this processor has, against plain loops in double precision.
#include "core/simd/dispatch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>

using namespace dant;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

template <class Real> std::vector<Real> randomNumbers(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Real> numbers(count);
  for (auto& number : numbers) number = static_cast<Real>(normal(random));
  return numbers;
}

/// Runs `body` for each level, under its name.
template <class Body> void forEachLevel(Body body) {
  for (const Kernels* level : availableKernels()) {
    CAPTURE(std::string(level->name));
    body(*level);
  }
}

struct Sizes {
  size_t segments, samples;
};
const Sizes sizes[] = {{1, 1}, {1, 64}, {3, 7}, {5, 48}, {38, 64}, {2, 300}};

/// The panel's channels lie apart in memory, as those of a neighbourhood do.
struct Panel {
  Panel(const Sizes& size, size_t width) : values(randomNumbers<float>(2 * size.segments * size.samples * width, 2)) {
    for (size_t s = 0; s < size.segments; ++s) pointers.push_back(values.data() + 2 * s * size.samples * width);
  }
  std::vector<float> values;
  std::vector<const float*> pointers;
};

/// Σ and Σ|·| of a[k·rows + r] · segments[k / samples][(k % samples)·width + lane].
std::pair<double, double> plainDot(const std::vector<float>& a, size_t rows, size_t r, const Panel& panel,
                                   const Sizes& size, size_t width, size_t lane) {
  double sum = 0, magnitude = 0;
  for (size_t k = 0; k < size.segments * size.samples; ++k) {
    const double term =
        static_cast<double>(a[k * rows + r]) * panel.pointers[k / size.samples][(k % size.samples) * width + lane];
    sum += term;
    magnitude += std::abs(term);
  }
  return {sum, magnitude};
}

/// Memory that may be fetched: what it holds must not matter.
template <class Value> NextBlock nextOf(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

/// Products for all numbers of rows, as dots(a, rows, panel, size, out) makes them of a (k, row); the value behind the
/// last one must stay as it is.
template <class Real, class Dots> void checkDots(const Kernels& level, int maxRows, double precision, Dots dots) {
  const auto width = static_cast<size_t>(level.width);
  for (const auto& size : sizes) {
    const Panel panel(size, width);
    for (int count = 1; count <= maxRows; ++count) {
      const auto rows = static_cast<size_t>(count);
      const auto a = randomNumbers<float>(size.segments * size.samples * rows, 1);
      std::vector<Real> out(rows * width + 1, 7);
      dots(a, count, panel, size, out.data());
      CHECK(out.back() == 7);
      double worst = 0;
      for (size_t r = 0; r < rows; ++r) {
        for (size_t lane = 0; lane < width; ++lane) {
          const auto [sum, magnitude] = plainDot(a, rows, r, panel, size, width, lane);
          worst = std::max(worst, std::abs(out[r * width + lane] - sum) / magnitude);
        }
      }
      CAPTURE(count);
      CAPTURE(size.samples);
      CHECK(worst <= precision);
    }
  }
}

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

} // namespace

TEST_CASE("the level in use is one that the processor has") {
  const auto levels = availableKernels();
  REQUIRE(!levels.empty());
  CHECK(std::find(levels.begin(), levels.end(), &kernels()) != levels.end());
}

TEST_CASE("dots") {
  forEachLevel([](const Kernels& level) {
    checkDots<float>(level, level.maxRows, 1e-6,
                     [&](const std::vector<float>& a, int rows, const Panel& panel, const Sizes& size, float* out) {
                       level.dots(a.data(), rows, panel.pointers.data(), size.segments, size.samples, nextOf(a), out);
                     });
  });
}

TEST_CASE("dotsExact picks rows") {
  forEachLevel([](const Kernels& level) {
    checkDots<double>(level, level.maxRowsF64, 1e-14,
                      [&](const std::vector<float>& a, int rows, const Panel& panel, const Sizes& size, double* out) {
                        // The same rows, backwards and with another one between every two.
                        const size_t stride = 2 * static_cast<size_t>(rows);
                        std::vector<float> spread(a.size() / static_cast<size_t>(rows) * stride, 9);
                        std::vector<int32_t> picked;
                        for (int r = 0; r < rows; ++r) picked.push_back(2 * (rows - r) - 1);
                        for (size_t i = 0; i < a.size(); ++i) {
                          const size_t r = i % static_cast<size_t>(rows);
                          spread[i / static_cast<size_t>(rows) * stride + static_cast<size_t>(picked[r])] = a[i];
                        }
                        level.dotsExact(spread.data(), stride, picked.data(), rows, panel.pointers.data(),
                                        size.segments, size.samples, out);
                      });
  });
}

TEST_CASE("dotsF64") {
  forEachLevel([](const Kernels& level) {
    const auto width = static_cast<size_t>(level.widthF64), rows = static_cast<size_t>(level.rowsF64);
    REQUIRE(width % rows == 0);
    for (size_t length : {1, 2, 7, 599}) {
      const size_t stride = width + 3;
      const auto a = randomNumbers<double>(length * stride, 5);
      const auto b = randomNumbers<double>(length * width, 6);
      std::vector<double> out(rows * width + 1, 7);
      level.dotsF64(a.data(), stride, b.data(), length, out.data());
      CHECK(out.back() == 7);
      double worst = 0;
      for (size_t r = 0; r < rows; ++r) {
        for (size_t lane = 0; lane < width; ++lane) {
          double sum = 0, magnitude = 0;
          for (size_t k = 0; k < length; ++k) {
            sum += a[k * stride + r] * b[k * width + lane];
            magnitude += std::abs(a[k * stride + r] * b[k * width + lane]);
          }
          worst = std::max(worst, std::abs(out[r * width + lane] - sum) / magnitude);
        }
      }
      CHECK(worst <= 1e-14);
    }
  });
}

TEST_CASE("combineRows") {
  forEachLevel([](const Kernels& level) {
    checkCombineRows<float>(level.combineRows, 1e-6);
    checkCombineRows<double>(level.combineRowsF64, 1e-14);
  });
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
      std::vector<Real> out(observations * samples + 1, 7), room(states * samples + 1, 7);
      const MarkovSystem<Real> system{observations,   states,        sources.data(), targets.data(),
                                      stateOf.data(), decays.data(), gains.data(),   precisions.data()};
      solve(system, samples, source.data(), room.data(), out.data());
      CHECK(out.back() == 7);
      CHECK(room.back() == 7);
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

TEST_CASE("solveMarkov") {
  forEachLevel([](const Kernels& level) {
    checkSolveMarkov<float>(level.solveMarkov, 1e-5);
    checkSolveMarkov<double>(level.solveMarkovF64, 1e-14);
  });
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

TEST_CASE("sweepRows") {
  forEachLevel([](const Kernels& level) {
    checkSweepRows<float>(level.sweepRows, 1e-6);
    checkSweepRows<double>(level.sweepRowsF64, 1e-15);
  });
}

TEST_CASE("interleave") {
  forEachLevel([](const Kernels& level) {
    const auto width = static_cast<size_t>(level.width);
    for (size_t samples : {1, 7, 16, 31, 64, 82}) {
      std::vector<std::vector<float>> values;
      std::vector<const float*> rows;
      for (size_t lane = 0; lane < width; ++lane) {
        values.push_back(randomNumbers<float>(samples + 5, static_cast<unsigned>(lane)));
        rows.push_back(values.back().data());
      }
      std::vector<float> panel(samples * width + 1, 7);
      std::vector<double> sums(width + 1, 7), squares(width + 1, 7);
      level.interleave(rows.data(), 3, samples, panel.data(), sums.data(), squares.data());
      CHECK(panel.back() == 7);
      CHECK(sums.back() == 7);
      CHECK(squares.back() == 7);
      for (size_t lane = 0; lane < width; ++lane) {
        double sum = 0, square = 0;
        for (size_t t = 0; t < samples; ++t) {
          const double value = values[lane][3 + t];
          CHECK(panel[t * width + lane] == values[lane][3 + t]);
          sum += value;
          square += value * value;
        }
        CHECK(sums[lane] == doctest::Approx(sum).epsilon(1e-14));
        CHECK(squares[lane] == doctest::Approx(square).epsilon(1e-14));
      }
    }
  });
}

TEST_CASE("quantise") {
  forEachLevel([](const Kernels& level) {
    for (size_t samples : {1, 2, 7, 16, 31, 64, 82, 300}) {
      auto values = randomNumbers<float>(5 * samples, 3);
      for (size_t t = 0; t < samples; ++t) {
        values[t] *= 1e6F;
        values[samples + t] *= 1e-20F;
        values[2 * samples + t] = 0;
        values[3 * samples + t] = 1e-39F; // its step would have no inverse
        values[4 * samples + t] = t == samples / 2 ? -3.0F : 1e-3F;
      }
      const size_t pairs = (samples + 1) / 2;
      std::vector<SamplePair> quantised(5 * pairs + 1, SamplePair{7, 7});
      std::vector<float> steps(6, 7);
      level.quantise(values.data(), 5, samples, quantised.data(), steps.data());
      CHECK(quantised.back().even == 7);
      CHECK(steps.back() == 7);
      CHECK(steps[2] == 0);
      CHECK(steps[3] == 0);
      for (size_t row = 0; row < 5; ++row) {
        int64_t square = 0;
        double worst = 0;
        for (size_t t = 0; t < 2 * pairs; ++t) {
          const SamplePair& pair = quantised[row * pairs + t / 2];
          const int64_t number = t % 2 == 0 ? pair.even : pair.odd;
          square += number * number;
          if (t == samples || steps[row] == 0) {
            CHECK(number == 0);
          } else {
            worst = std::max(worst, std::abs(static_cast<double>(number) - values[row * samples + t] / steps[row]));
          }
        }
        CHECK(worst <= 0.505);
        CHECK(square < (int64_t{1} << 31));
        // As fine as they can be.
        if (steps[row] > 0 && samples > 1) CHECK(square > int64_t{900'000'000});
      }
    }
  });
}

TEST_CASE("interleavePairs") {
  forEachLevel([](const Kernels& level) {
    const auto width = static_cast<size_t>(level.width);
    for (size_t pairs : {1, 7, 16, 31, 64}) {
      std::vector<std::vector<SamplePair>> values(width, std::vector<SamplePair>(pairs + 5));
      std::vector<const SamplePair*> rows;
      std::mt19937 random(4);
      for (auto& row : values) {
        for (auto& [even, odd] : row) {
          even = static_cast<int16_t>(static_cast<int>(random() % 8000) - 4000);
          odd = static_cast<int16_t>(static_cast<int>(random() % 8000) - 4000);
        }
        rows.push_back(row.data());
      }
      std::vector<SamplePair> panel(pairs * width + 1, SamplePair{7, 7});
      std::vector<double> sums(width + 1, 7), squares(width + 1, 7);
      level.interleavePairs(rows.data(), 3, pairs, panel.data(), sums.data(), squares.data());
      CHECK(panel.back().even == 7);
      CHECK(sums.back() == 7);
      CHECK(squares.back() == 7);
      for (size_t lane = 0; lane < width; ++lane) {
        double sum = 0, square = 0;
        for (size_t p = 0; p < pairs; ++p) {
          const auto& [even, odd] = values[lane][3 + p];
          CHECK(panel[p * width + lane].even == even);
          CHECK(panel[p * width + lane].odd == odd);
          sum += even + odd;
          square += even * even + odd * odd;
        }
        CHECK(sums[lane] == sum);
        CHECK(squares[lane] == square);
      }
    }
  });
}

TEST_CASE("dotsQuantised") {
  forEachLevel([](const Kernels& level) {
    const auto width = static_cast<size_t>(level.width);
    for (const auto& [segments, samples] : sizes) {
      const size_t pairs = (samples + 1) / 2;
      // The largest numbers that there may be: both rows of a product have the same signs.
      const auto limit = static_cast<int16_t>(std::min(32767.0, 46000 / std::sqrt(2.0 * static_cast<double>(pairs))));
      std::mt19937 random(5);
      const auto number = [&](size_t p) {
        const auto size = static_cast<int16_t>(limit - static_cast<int16_t>(random() % 100));
        return p % 3 == 0 ? static_cast<int16_t>(-size) : size;
      };
      std::vector<SamplePair> panel(2 * segments * pairs * width);
      for (size_t i = 0; i < panel.size(); ++i) panel[i] = {number(i / width % pairs), number(i / width % pairs)};
      const auto steps = randomNumbers<float>(segments * width, 6);
      std::vector<const SamplePair*> segmentPointers;
      std::vector<const float*> stepPointers;
      for (size_t s = 0; s < segments; ++s) {
        segmentPointers.push_back(panel.data() + 2 * s * pairs * width);
        stepPointers.push_back(steps.data() + s * width);
      }
      for (int count = 1; count <= level.maxRows; ++count) {
        const auto rows = static_cast<size_t>(count);
        std::vector<SamplePair> a(segments * pairs * rows);
        for (size_t i = 0; i < a.size(); ++i) a[i] = {number(i / rows % pairs), number(i / rows % pairs)};
        const auto aSteps = randomNumbers<float>(segments * rows, 7);
        std::vector<float> out(rows * width + 1, 7);
        level.dotsQuantised(a.data(), aSteps.data(), count, segmentPointers.data(), stepPointers.data(), segments,
                            pairs, nextOf(a), out.data());
        CHECK(out.back() == 7);
        double worst = 0;
        for (size_t r = 0; r < rows; ++r) {
          for (size_t lane = 0; lane < width; ++lane) {
            double sum = 0, magnitude = 0;
            for (size_t s = 0; s < segments; ++s) {
              int64_t product = 0;
              for (size_t p = 0; p < pairs; ++p) {
                const SamplePair& x = a[(s * pairs + p) * rows + r];
                const SamplePair& y = segmentPointers[s][p * width + lane];
                product += x.even * y.even + x.odd * y.odd;
              }
              const double term = static_cast<double>(product) * aSteps[s * rows + r] * steps[s * width + lane];
              sum += term;
              magnitude += std::abs(term);
            }
            worst = std::max(worst, std::abs(out[r * width + lane] - sum) / magnitude);
          }
        }
        CAPTURE(count);
        CAPTURE(samples);
        CHECK(worst <= 1e-6);
      }
    }
  });
}

TEST_CASE("fisherZ") {
  const double limit = std::tanh(6.0);
  std::vector<double> r{0, -0.0, 1e-300, -1e-12, 1, -1, limit, -limit, 1.5, -infinity, infinity, notANumber, 0.4, -0.4};
  for (int i = -1000; i <= 1000; ++i) r.push_back(std::tanh(i * 0.006));
  forEachLevel([&](const Kernels& level) {
    for (size_t count : {size_t{1}, size_t{3}, size_t{13}, r.size()}) {
      std::vector<float> z(count + 1, 7);
      level.fisherZ(r.data(), count, limit, z.data());
      CHECK(z.back() == 7);
      double worst = 0;
      for (size_t i = 0; i < count; ++i) {
        const double expected = std::isnan(r[i]) ? 0 : std::atanh(std::clamp(r[i], -limit, limit));
        // Rounded to single precision at the end.
        worst = std::max(worst, std::abs(z[i] - expected) - 6e-8 * std::abs(expected));
      }
      CHECK(worst <= 1e-9);
    }
  });
}

TEST_CASE("distances") {
  std::vector<double> similarities{0, -0.0, 1e-300, 1e-9, -1e-9, 6, -6, 60, -60, 1e308, -1e308, infinity, -infinity};
  // The largest distance, and the first that is none.
  similarities.insert(similarities.end(), {-355.2377, -355.2376, -355.0652, -355.0653, -354.8918, -354.892, -355.24});
  // Where 2^k changes.
  for (int k = -1030; k <= 60; ++k) {
    for (const double off : {-1e-9, 0.0, 1e-9}) similarities.push_back((k + 0.5 + off) * std::log(2) / 2);
  }
  for (int i = -35600; i <= 4000; ++i) similarities.push_back(i * 0.01 + 1e-5 * std::sin(i));
  for (int i = -70000; i <= 70000; ++i) similarities.push_back(i * 1e-4 + 1e-6 * std::sin(i));
  forEachLevel([&](const Kernels& level) {
    std::vector<double> found(similarities.size() + 1, 7);
    level.distances(similarities.data(), similarities.size(), found.data());
    CHECK(found.back() == 7);
    double worst = 0;
    size_t infinite = 0;
    for (size_t i = 0; i < similarities.size(); ++i) {
      const long double exact = 0.5L + 0.5L * std::exp(-2.0L * static_cast<long double>(similarities[i]));
      const double rounded = static_cast<double>(exact);
      infinite += std::isinf(rounded) != std::isinf(found[i]);
      if (std::isinf(rounded) || std::isinf(found[i])) continue;
      const double unit = std::nextafter(rounded, 0.0) - rounded;
      worst = std::max(worst, std::abs(static_cast<double>((found[i] - exact) / unit)));
    }
    CHECK(infinite == 0);
    CHECK(worst <= 1.5);

    // The same bits at every place of a run, and in place.
    size_t different = 0;
    for (size_t count = 1; count <= 19; ++count) {
      for (size_t first : {size_t{0}, size_t{1}, size_t{3500}, size_t{60001}}) {
        std::vector<double> part(similarities.begin() + static_cast<std::ptrdiff_t>(first),
                                 similarities.begin() + static_cast<std::ptrdiff_t>(first + count));
        part.push_back(7);
        level.distances(part.data(), count, part.data());
        CHECK(part.back() == 7);
        for (size_t i = 0; i < count; ++i) different += part[i] != found[first + i];
      }
    }
    CHECK(different == 0);

    std::vector<double> gaps(9, notANumber);
    gaps[1] = 0;
    level.distances(gaps.data(), gaps.size(), gaps.data());
    for (size_t i = 0; i < gaps.size(); ++i) CHECK(std::isnan(gaps[i]) == (i != 1));
    CHECK(gaps[1] == 1);
  });
}

TEST_CASE("ranges") {
  constexpr size_t rows = 37; // more than any vector has lanes, and some left over
  forEachLevel([](const Kernels& level) {
    for (size_t samples : {1, 2, 5, 16, 33, 64, 82}) {
      const auto values = randomNumbers<float>(rows * samples, 7);
      std::vector<float> range(rows + 1, 7);
      level.ranges(values.data(), rows, samples, range.data());
      CHECK(range.back() == 7);
      for (size_t row = 0; row < rows; ++row) {
        const auto [low, high] = std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(row * samples),
                                                     values.begin() + static_cast<std::ptrdiff_t>((row + 1) * samples));
        CHECK(range[row] == *high - *low);
      }
    }
  });
}

TEST_CASE("symmetrise") {
  constexpr size_t count = 50;
  const auto before = randomNumbers<float>(count * count, 8);
  forEachLevel([&](const Kernels& level) {
    // Beside the diagonal, across it, and nothing.
    for (const auto& [firstRow, rows, firstColumn, columns] :
         {std::array<size_t, 4>{0, 17, 17, 33}, {13, 37, 13, 37}, {5, 0, 5, 3}}) {
      auto matrix = before;
      level.symmetrise(matrix.data(), count, firstRow, rows, firstColumn, columns);
      const auto isIn = [&](size_t i, size_t j) {
        return i >= firstRow && i < firstRow + rows && j >= firstColumn && j < firstColumn + columns;
      };
      for (size_t i = 0; i < count; ++i) {
        for (size_t j = 0; j < count; ++j) {
          const float here = before[i * count + j], there = before[j * count + i];
          CHECK(matrix[i * count + j] == (isIn(i, j) || isIn(j, i) ? std::max(here, there) : here));
        }
      }
    }
  });
}

TEST_CASE("primStep") {
  forEachLevel([](const Kernels& level) {
    for (size_t count : {1, 7, 8, 63, 64, 65, 500}) {
      for (int features : {1, 2, 3}) {
        CAPTURE(count);
        CAPTURE(features);
        std::vector<std::vector<float>> values;
        std::vector<const float*> rows;
        for (int f = 0; f < features; ++f) {
          values.push_back(randomNumbers<float>(count, static_cast<unsigned>(10 + f)));
          // Few distinct values: ties, of which the first must win.
          for (auto& value : values.back()) value = std::round(2 * value) / 2;
          rows.push_back(values.back().data());
        }
        const std::vector<double> weights{0.5, 0.25, 0.25};
        auto best = randomNumbers<double>(count, 20);
        for (auto& value : best) value = std::round(2 * value) / 2;
        for (size_t j = 0; j < count; j += 3) best[j] = notANumber;

        // Of a part, the rest must stay as it is.
        const size_t begin = count / 5, end = count - count / 7;
        auto expected = best;
        size_t first = begin;
        for (size_t j = begin; j < end; ++j) {
          double sum = 0;
          for (size_t f = 0; f < static_cast<size_t>(features); ++f) sum += weights[f] * values[f][j];
          expected[j] = std::max(expected[j], sum); // stays NaN
          if (std::isnan(expected[first]) || expected[j] > expected[first]) first = j;
        }
        double largest = 0;
        const size_t found = level.primStep(begin, end, rows.data(), weights.data(), features, best.data(), &largest);
        if (begin == end || std::isnan(expected[first])) {
          CHECK(largest == -infinity);
        } else {
          CHECK(found == first);
          CHECK(largest == expected[first]);
        }
        for (size_t j = 0; j < count; ++j)
          CHECK((best[j] == expected[j] || (std::isnan(best[j]) && std::isnan(expected[j]))));
      }
    }
  });
}

TEST_CASE("minPlusUpdate and minPlusProduct are min-plus products") {
  forEachLevel([](const Kernels& level) {
    for (size_t outRows : {1, 3, 4, 9}) {
      for (size_t width : {1, 7, 8, 31, 64, 77}) {
        for (size_t count : {0, 1, 5, 40}) {
          CAPTURE(outRows);
          CAPTURE(width);
          CAPTURE(count);
          // One more than is to be written.
          const auto scalars = randomNumbers<double>(outRows * (count + 1), 1);
          const auto values = randomNumbers<double>((count + 1) * (width + 1), 2);
          auto found = randomNumbers<double>(outRows * (width + 1), 3);
          auto expected = found;
          std::vector<const double*> scalarRows, valueRows;
          std::vector<double*> out;
          for (size_t p = 0; p < count; ++p) valueRows.push_back(values.data() + p * (width + 1));
          for (size_t r = 0; r < outRows; ++r) {
            scalarRows.push_back(scalars.data() + r * count);
            out.push_back(found.data() + r * (width + 1));
            for (size_t p = 0; p < count; ++p)
              for (size_t j = 0; j < width; ++j) {
                double& least = expected[r * (width + 1) + j];
                least = std::min(least, scalarRows[r][p] + valueRows[p][j]);
              }
          }
          level.minPlusUpdate(outRows, count, scalarRows.data(), valueRows.data(), width, out.data());
          CHECK(found == expected);

          std::vector<double> sums(outRows * count + 1, 7), least(outRows * count + 1, infinity);
          std::vector<const double*> before;
          for (size_t r = 0; r < outRows; ++r) before.push_back(found.data() + r * (width + 1));
          least.back() = 7;
          for (size_t r = 0; r < outRows; ++r)
            for (size_t p = 0; p < count; ++p)
              for (size_t j = 0; j < width; ++j)
                least[r * count + p] = std::min(least[r * count + p], before[r][j] + valueRows[p][j]);
          level.minPlusProduct(outRows, before.data(), count, valueRows.data(), width, sums.data());
          CHECK(sums == least);
        }
      }
    }
    std::vector<double> none(3, 7);
    const double* const row = none.data();
    const double* const rows[] = {row, row, row};
    level.minPlusProduct(3, rows, 1, rows, 0, none.data());
    CHECK(none == std::vector<double>(3, infinity));
  });
}

TEST_CASE("smallFisherZ is atanh for small correlations, and finds the largest of each row") {
  forEachLevel([](const Kernels& k) {
    const auto width = static_cast<size_t>(k.width);
    for (size_t rows : {size_t{1}, size_t{5}}) {
      auto products = randomNumbers<float>(rows * width, 9), scales = randomNumbers<float>(width, 10);
      std::vector<float> expectedLargest(rows), largest(rows + 1, 7);
      for (size_t at = 0; at < products.size(); ++at) {
        // Correlations of up to ±0.6, whatever the scale.
        products[at] = 0.6F * std::tanh(products[at]) / scales[at % width];
        auto& most = expectedLargest[at / width];
        most = std::max(most, std::abs(products[at] * scales[at % width]));
      }
      std::vector<float> z(products.size());
      k.smallFisherZ(products.data(), scales.data(), rows, z.data(), largest.data());
      CHECK(largest.back() == 7);
      for (size_t row = 0; row < rows; ++row)
        CHECK(largest[row] == doctest::Approx(expectedLargest[row]).epsilon(1e-6));
      for (size_t at = 0; at < z.size(); ++at) {
        const double expected = std::atanh(static_cast<double>(products[at]) * scales[at % width]);
        CHECK(std::abs(z[at] - expected) < 1e-7);
      }
    }
  });
}
