#include "core/resample/fft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace dant {

namespace {

/// Beyond it the sum over a factor costs more than Bluestein's way.
constexpr size_t largestFactor = 31;
/// Samples between two looks at whether the job is to stop
constexpr size_t samplesAtOnce = 1 << 16;

/// exp(−2πi·k / n)
Complex root(size_t k, size_t n) {
  const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

/// Empty: the length has a factor that is too large.
std::vector<size_t> factorsOf(size_t length) {
  std::vector<size_t> factors;
  for (const size_t factor : {4, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31}) {
    while (length % factor == 0) {
      factors.push_back(factor);
      length /= factor;
    }
  }
  return length == 1 ? factors : std::vector<size_t>();
}

Complex timesMinusI(Complex a) { return {a.im, -a.re}; }

/// out[j] = Σ in[k] · exp(−2πi·j·k / factor)
void smallTransform(size_t factor, const Complex* in, Complex* out, const Complex* rootsOfFactor) {
  if (factor == 2) {
    out[0] = in[0] + in[1];
    out[1] = in[0] - in[1];
  } else if (factor == 4) {
    const Complex a = in[0] + in[2], b = in[0] - in[2], c = in[1] + in[3], d = timesMinusI(in[1] - in[3]);
    out[0] = a + c;
    out[1] = b + d;
    out[2] = a - c;
    out[3] = b - d;
  } else {
    for (size_t j = 0; j < factor; ++j) {
      Complex sum = in[0];
      for (size_t k = 1, at = j; k < factor; ++k, at = (at + j) % factor) sum = sum + in[k] * rootsOfFactor[at];
      out[j] = sum;
    }
  }
}

} // namespace

/// A transform of any length as a convolution with a chirp: exp(−πi·k² / n).
struct Fft::Bluestein {
  Fft fft;                     ///< of a power of two
  std::vector<Complex> chirp;  ///< (length)
  std::vector<Complex> filter; ///< transform of the conjugate chirp, both ways from 0

  static size_t paddedLength(size_t length) {
    size_t padded = 1;
    while (padded < 2 * length - 1) padded *= 2;
    return padded;
  }

  explicit Bluestein(size_t length) : fft(paddedLength(length)), chirp(length), filter(fft.length()) {
    for (size_t k = 0; k < length; ++k) {
      chirp[k] = root(static_cast<size_t>(static_cast<unsigned long long>(k) * k % (2 * length)), 2 * length);
    }
    for (size_t k = 0; k < length; ++k) filter[k] = filter[(fft.length() - k) % fft.length()] = conjugate(chirp[k]);
    std::vector<Complex> room;
    fft.forward(Job{}, filter, room);
  }

  void forward(const Job& job, std::span<Complex> values, std::vector<Complex>& room) const {
    std::vector<Complex> padded(fft.length(), Complex{0, 0});
    for (size_t k = 0; k < values.size(); ++k) padded[k] = values[k] * chirp[k];
    fft.forward(job, padded, room);
    for (size_t k = 0; k < padded.size(); ++k) padded[k] = padded[k] * filter[k];
    fft.backward(job, padded, room);
    const double share = 1 / static_cast<double>(padded.size());
    for (size_t k = 0; k < values.size(); ++k) values[k] = share * (padded[k] * chirp[k]);
  }
};

Fft::Fft(size_t length) : length_(length), factors_(factorsOf(length)) {
  if (length <= 1) return;
  if (factors_.empty()) {
    bluestein_ = std::make_unique<Bluestein>(length);
    return;
  }
  roots_.resize(length);
  for (size_t k = 0; k < length; ++k) roots_[k] = root(k, length);
}

Fft::~Fft() = default;

void Fft::forward(const Job& job, std::span<Complex> values, std::vector<Complex>& room) const {
  if (length_ <= 1) return;
  if (bluestein_) return bluestein_->forward(job, values, room);
  if (room.size() < length_) room.resize(length_);
  Complex* from = values.data();
  Complex* to = room.data();
  size_t stride = 1;
  size_t sinceLook = 0;
  for (const size_t factor : factors_) {
    const size_t parts = length_ / stride / factor;
    std::array<Complex, largestFactor> rootsOfFactor{}, in{}, out{};
    for (size_t k = 0; k < factor; ++k) rootsOfFactor[k] = roots_[k * (length_ / factor)];
    for (size_t q = 0; q < parts; ++q) {
      for (size_t r0 = 0; r0 < stride; r0 += samplesAtOnce) {
        const size_t r1 = std::min(stride, r0 + samplesAtOnce);
        if ((sinceLook += (r1 - r0) * factor) > samplesAtOnce) {
          job.throwIfAborted();
          sinceLook = 0;
        }
        for (size_t r = r0; r < r1; ++r) {
          for (size_t k = 0; k < factor; ++k) in[k] = from[r + stride * (q + parts * k)];
          smallTransform(factor, in.data(), out.data(), rootsOfFactor.data());
          to[r + stride * factor * q] = out[0];
          for (size_t j = 1; j < factor; ++j) to[r + stride * (factor * q + j)] = out[j] * roots_[q * j * stride];
        }
      }
    }
    stride *= factor;
    std::swap(from, to);
  }
  if (from != values.data()) std::copy_n(from, length_, values.data());
}

void Fft::backward(const Job& job, std::span<Complex> values, std::vector<Complex>& room) const {
  for (Complex& value : values) value = conjugate(value);
  forward(job, values, room);
  for (Complex& value : values) value = conjugate(value);
}

} // namespace dant
