#include "test/simd/levels.h"

using namespace dant;

namespace {

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

} // namespace

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

TEST_CASE("centreRows") {
  forEachLevel([](const Kernels& level) {
    const size_t count = 3, stride = tileChannels + 3;
    std::vector<int16_t> samples(count * stride);
    std::mt19937 random(9);
    for (auto& sample : samples) sample = static_cast<int16_t>(random());
    samples[1] = -32768;
    samples[2] = 32767;
    const auto centres = randomNumbers<double>(tileChannels, 10);
    std::vector<double> rows(count * tileChannels + 1, 7);
    level.centreRows(samples.data(), stride, count, centres.data(), rows.data());
    CHECK(rows.back() == 7);
    for (size_t k = 0; k < count; ++k)
      for (size_t c = 0; c < tileChannels; ++c)
        CHECK(rows[k * tileChannels + c] == samples[k * stride + c] - centres[c]);
  });
}

TEST_CASE("weighRows") {
  forEachLevel([](const Kernels& level) {
    for (size_t count : {0, 1, 3, 8, 51}) {
      const auto weights = randomNumbers<double>(count, 7);
      const auto rows = randomNumbers<double>(count * tileChannels, 8);
      const auto centres = randomNumbers<double>(tileChannels, 9);
      const auto scales = randomNumbers<double>(tileChannels, 10);
      std::vector<double> out(tileChannels + 1, 7);
      level.weighRows(weights.data(), count, rows.data(), centres.data(), scales.data(), out.data());
      CHECK(out.back() == 7);
      for (size_t c = 0; c < tileChannels; ++c) {
        double sum = centres[c], magnitude = std::abs(centres[c]);
        for (size_t k = 0; k < count; ++k) {
          sum += weights[k] * rows[k * tileChannels + c];
          magnitude += std::abs(weights[k] * rows[k * tileChannels + c]);
        }
        CHECK(std::abs(out[c] - sum * scales[c]) <= 1e-14 * magnitude * std::abs(scales[c]));
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
