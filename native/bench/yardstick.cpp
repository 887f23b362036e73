// What the machine can do, measured by the side of the kernels: bench/yardstick.mjs writes "<task> <threads>" to the
// standard input and gets "<wall seconds> <processor seconds> <amount of work>" back. Not part of the package.
#include "core/job/job.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace dant;

/// Keeps results from being optimised away.
volatile double sink;

struct Task {
  double amount; ///< floating-point operations, steps or bytes, of all threads together
  std::function<void(size_t part)> work;
  size_t parts; ///< spread over the threads
};

/// A plain matrix product in double precision, as the compiler makes it for the oldest processors: in no way tuned, so
/// that it stays what it is.
Task product() {
  constexpr size_t n = 128, repeats = 1;
  const auto multiply = [](size_t) {
    static thread_local std::vector<double> a(n * n, 1.5), b(n * n, 0.5), c(n * n);
    for (size_t repeat = 0; repeat < repeats; ++repeat)
      for (size_t i = 0; i < n; ++i)
        for (size_t k = 0; k < n; ++k)
          for (size_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
    sink = c[n];
  };
  return {2.0 * n * n * n * repeats, multiply, 1};
}

/// A plain loop that nothing can vectorise: each step waits for the one before, and a branch depends on it.
Task loop() {
  constexpr size_t steps = 600'000;
  const auto walk = [](size_t) {
    static thread_local uint64_t state = 1;
    uint64_t sum = 0;
    for (size_t i = 0; i < steps; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      if (state >> 62 == 0) sum += state >> 33;
    }
    sink = static_cast<double>(sum);
  };
  return {steps, walk, 1};
}

/// Plain minima over the rows of a matrix that fits into a core's second cache, again and again: unlike the loop, it
/// waits for that cache, and for whoever shares the core.
Task minima() {
  constexpr size_t n = 256, repeats = 30;
  const auto lower = [](size_t) {
    static thread_local std::vector<double> rows(n * n, 1.5), smallest(n, 2.0);
    for (size_t repeat = 0; repeat < repeats; ++repeat)
      for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) smallest[j] = std::min(smallest[j], rows[i * n + j]);
    sink = smallest[0];
  };
  return {static_cast<double>(n * n * repeats), lower, 1};
}

/// Streams through arrays that are larger than any cache: copy a = b, or triad a = b + s·c (McCalpin's STREAM).
Task stream(bool triad) {
  constexpr size_t count = size_t{1} << 23, parts = 64, length = count / parts;
  static std::vector<double> a(count, 0.0), b(count, 1.0), c(count, 2.0);
  const auto part = [triad](size_t index) {
    double* to = a.data() + index * length;
    const double *from = b.data() + index * length, *other = c.data() + index * length;
    if (triad) {
      for (size_t i = 0; i < length; ++i) to[i] = from[i] + 3.0 * other[i];
    } else {
      std::copy_n(from, length, to);
    }
    sink = to[0];
  };
  return {static_cast<double>((triad ? 3 : 2) * count * sizeof(double)), part, parts};
}

/// The product of the level in use, on data that stay in the first cache: the single-precision peak when there is no
/// OpenBLAS to ask.
Task peak() {
  constexpr size_t samples = 64, segments = 2, repeats = 4000, parts = 8;
  const auto width = static_cast<size_t>(kernels().width), rows = static_cast<size_t>(kernels().maxRows);
  const auto multiply = [=](size_t) {
    const std::vector<float> a(segments * samples * rows, 0.5F), b(segments * samples * width, 0.25F);
    std::vector<float> out(rows * width);
    const float* const channels[] = {b.data(), b.data() + samples * width};
    for (size_t repeat = 0; repeat < repeats; ++repeat)
      kernels().dots(a.data(), static_cast<int>(rows), channels, segments, samples,
                     {reinterpret_cast<const char*>(a.data()), 0}, out.data());
    sink = out[0];
  };
  return {2.0 * static_cast<double>(rows * width * samples * segments * repeats * parts), multiply, parts};
}

double processorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

} // namespace

int main() {
  const std::map<std::string, Task> tasks{{"product", product()},  {"loop", loop()},        {"minima", minima()},
                                          {"copy", stream(false)}, {"triad", stream(true)}, {"peak", peak()}};
  std::string name;
  int threads = 1;
  while (std::cin >> name >> threads) {
    const auto task = tasks.find(name);
    if (task == tasks.end()) {
      std::fprintf(stderr, "There is no task %s.\n", name.c_str());
      return 1;
    }
    const auto& [amount, work, parts] = task->second;
    const auto start = std::chrono::steady_clock::now();
    const double startProcessor = processorSeconds();
    parallelFor(Job{threads}, parts, work);
    const double processor = processorSeconds() - startProcessor;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    std::printf("%.9f %.9f %.0f\n", wall.count(), processor, amount);
    std::fflush(stdout);
  }
}
