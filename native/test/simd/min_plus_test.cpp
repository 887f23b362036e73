#include "test/simd/levels.h"

using namespace dant;

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
