#pragma once
#include "core/job/job.h"

#include <memory>
#include <span>
#include <vector>

namespace dant {

struct Complex {
  double re, im;

  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
  friend Complex operator*(double a, Complex b) { return {a * b.re, a * b.im}; }
};

inline Complex conjugate(Complex a) { return {a.re, -a.im}; }

/// Discrete Fourier transforms of one length: Stockham's, by the prime factors of the length; Bluestein's where it has
/// a large one (Bluestein 1970; Van Loan, Computational Frameworks for the FFT, 1992). Needs 16 bytes for each sample.
class Fft {
public:
  explicit Fft(size_t length);
  ~Fft();
  Fft(const Fft&) = delete;
  Fft& operator=(const Fft&) = delete;

  size_t length() const { return length_; }
  /// X[k] = Σ x[n] · exp(−2πi·k·n / length), in place. `room` is made as long as it needs to be.
  void forward(const Job& job, std::span<Complex> values, std::vector<Complex>& room) const;
  /// Σ x[n] · exp(+2πi·k·n / length), in place: the inverse times the length.
  void backward(const Job& job, std::span<Complex> values, std::vector<Complex>& room) const;

private:
  struct Bluestein;

  size_t length_;
  std::vector<size_t> factors_;
  std::vector<Complex> roots_; ///< exp(−2πi·k / length)
  std::unique_ptr<Bluestein> bluestein_;
};

} // namespace dant
