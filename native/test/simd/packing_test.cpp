#include "test/simd/levels.h"

using namespace dant;

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
