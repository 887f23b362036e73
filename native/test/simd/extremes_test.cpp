#include "test/simd/levels.h"

using namespace dant;

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
