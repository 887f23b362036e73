#include "test/simd/levels.h"

using namespace dant;

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
