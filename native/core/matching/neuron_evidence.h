#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace dant {

/// Evidence that units are one neuron, after probabilistic linear discriminant analysis (Ioffe 2006): a neuron is a
/// point, its units lie around it; in coordinates where units of a neuron vary by 1 in each of D directions and neurons
/// by λ.
class NeuronEvidence {
public:
  /// betweenVariance (D): λ
  explicit NeuronEvidence(std::vector<double> betweenVariance);
  size_t dimensions() const { return betweenVariance_.size(); }
  std::span<const double> betweenVariance() const { return betweenVariance_; }

  /// Units, by what is needed of them to decide whether more are of the same neuron.
  struct Group {
    size_t size = 1;
    const double* mean = nullptr; ///< (D)
    double scatter = 0;           ///< Σ |x − mean|²
  };

  /// |δ|², δ = (x̄ − ȳ)·√(mn/(m + n)) for the means of m and n units: about D if they are one neuron, however many.
  double separation(const Group& a, const Group& b) const;

  /// For two units, looked at alone: a log likelihood ratio of "one neuron" to "two", which is to be calibrated,
  ///   t(|δ|²) − ½ t(Σ δ²/(1 + λ)) + 1.2 (V + r),
  /// t(q) = −½(ν + D) ln(1 + q/ν), ν = 20: Student's distribution instead of the normal one, as now and then a unit
  /// changes more than others. V = ½ Σ ln((1 + mλ)(1 + nλ)/(1 + (m + n)λ)) says how much room there is for different
  /// neurons; r, cut at ±40, how rare such neurons are: what else normal distributions would give.
  double pairRatio(const double* x, const double* y) const;

  /// For groups, ln odds. Of two neurons, |δ|² grows with the numbers of units, so that many tell apart what two
  /// cannot:
  ///   5.3 − 4.4 ln(|δ|²/(D·v)) + 0.04 V + 0.15 r  if one is a single unit, which the sorter may have spoilt,
  ///   7.9 − 6.3 ln(|δ|²/(D·v)) + 0.2 r  otherwise; v from the groups' own scatter.
  /// The factors of both are those that predict best in simulated recordings.
  struct Verdict {
    double separation; ///< |δ|²
    double logOdds;
  };
  Verdict groupLogOdds(const Group& a, const Group& b) const;

private:
  struct Comparison;
  Comparison compare(const Group& a, const Group& b) const;

  std::vector<double> betweenVariance_;
};

} // namespace dant
