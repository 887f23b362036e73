#include "core/resample/fourier.h"

#include "core/job/scratch.h"
#include "core/resample/fft.h"

#include <algorithm>

namespace dant {

namespace {

struct Room {
  std::vector<Complex> values, room;
};

/// The transform of a signal of another length: the frequencies that both have.
void changeLength(std::vector<Complex>& values, size_t length, size_t newLength) {
  const size_t common = std::min(length, newLength);
  const size_t half = (common - 1) / 2; // frequencies above 0 that have a partner below
  const bool hasMiddle = common % 2 == 0;
  const Complex middle = hasMiddle ? values[common / 2] : Complex{0, 0};
  const Complex lower = hasMiddle ? values[length - common / 2] : Complex{0, 0};
  if (newLength < length) {
    for (size_t k = half; k >= 1; --k) values[newLength - k] = values[length - k];
    values.resize(newLength);
    if (hasMiddle) values[common / 2] = middle + lower;
  } else if (newLength > length) {
    values.resize(newLength, Complex{0, 0});
    for (size_t k = 1; k <= half; ++k) values[newLength - k] = values[length - k];
    std::fill(values.begin() + static_cast<std::ptrdiff_t>(half + 1), values.end() - static_cast<std::ptrdiff_t>(half),
              Complex{0, 0});
    if (hasMiddle) values[common / 2] = values[newLength - common / 2] = 0.5 * middle;
  }
}

} // namespace

void fourierResample(const Job& job, std::span<const double> signals, size_t length, std::span<double> resampled,
                     size_t newLength) {
  const size_t count = signals.size() / length;
  const Fft from(length);
  const Fft to(newLength);
  Scratch<Room> scratch([] { return std::make_unique<Room>(); });
  const double share = 1 / static_cast<double>(length);
  // Two real signals are the two parts of a complex one.
  parallelFor(job, (count + 1) / 2, [&](size_t pair) {
    const bool hasSecond = 2 * pair + 1 < count;
    const double* const first = signals.data() + 2 * pair * length;
    scratch.with([&](Room& own) {
      own.values.resize(length);
      for (size_t n = 0; n < length; ++n) own.values[n] = {first[n], hasSecond ? first[length + n] : 0};
      from.forward(job, own.values, own.room);
      changeLength(own.values, length, newLength);
      to.backward(job, own.values, own.room);
      double* const out = resampled.data() + 2 * pair * newLength;
      for (size_t n = 0; n < newLength; ++n) {
        out[n] = share * own.values[n].re;
        if (hasSecond) out[newLength + n] = share * own.values[n].im;
      }
    });
  });
}

} // namespace dant
