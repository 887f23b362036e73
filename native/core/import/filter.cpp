#include "core/import/filter.h"

#include <cmath>
#include <numbers>

namespace dant {

ZeroPhaseHighPass::ZeroPhaseHighPass(double cutHz, double sampleRateHz) {
  using Complex = std::complex<double>;
  // The analogue poles −w and w·exp(±2πi/3), in z = (1 + s) / (1 − s).
  const double w = std::tan(std::numbers::pi * cutHz / sampleRateHz);
  const Complex s = std::polar(w, 2 * std::numbers::pi / 3);
  const std::array<Complex, 3> all{(1 - w) / (1 + w), (1.0 + s) / (1.0 - s), std::conj((1.0 + s) / (1.0 - s))};
  // F(z) = gain·(1 − 1/z)³ / Π(1 − p/z) = d + Σ residue/(1 − p/z), with F(−1) = 1.
  const double gain = 1 / ((1 + w) * (1 + w + w * w));
  Complex residues = 0;
  for (size_t k = 0; k < 2; ++k) {
    const Complex p = all[k];
    Complex residue = gain * std::pow(1.0 - 1.0 / p, 3);
    Complex mirrored = gain * std::pow(1.0 - p, 3); // F(1/p)
    for (size_t j = 0; j < 3; ++j) {
      if (j != k) residue /= 1.0 - all[j] / p;
      mirrored /= 1.0 - all[j] * p;
    }
    poles[k] = p;
    weights[k] = residue * mirrored;
    residues += k == 0 ? residue : residue + std::conj(residue);
  }
  direct = gain * (gain - residues.real());
}

} // namespace dant
