#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace dant {

/// Lengths of the kriging kernel exp(−|Δx|/x − |Δy|/y), µm.
inline constexpr double krigingLengthXUm = 20, krigingLengthYUm = 30;

/// Kriging of waveforms along the probe: what the probe would have recorded had it stood `dy` µm elsewhere,
///   W̃ = K(loc + (0, dy), loc) · (K(loc, loc) + 0.01·I)⁻¹ · W,  K(u, v) = exp(−|u_x − v_x|/20 − |u_y − v_y|/30)  (µm).
///
/// The second factor does not depend on dy: `solve` applies it once per unit, which gives the weights of dual kriging.
/// An exponential in depth is the covariance of a Markov process, with one state for each column of channels (equal x),
/// so that a Kalman filter from the tip to the top and its adjoint back solve the system in a few operations per
/// channel: the innovations are L⁻¹·W, where the matrix is L·S·Lᵀ with the innovations' variances S (Durbin and
/// Koopman, Time Series Analysis by State Space Methods, 4.13). For the same reason the first factor's sum over a
/// column is one running sum from the tip and one from the top: `sweep` makes those, and `apply` combines two of them
/// per column and channel instead of all channels.
///
/// All methods but the constructor are const and may be called from several threads. Arrays are C order. Real: float,
/// exact to about 1e-6 of the amplitude, or double.
template <class Real> class Kriging {
public:
  /// locationsUm (C, 2): x, y of the channels.
  explicit Kriging(std::span<const double> locationsUm);

  size_t channels() const { return sorted_.size(); }
  /// Among the weights, which lie in the order of the sweeps.
  size_t rowOf(size_t channel) const { return rowOf_[channel]; }

  /// waveform (C, T) → weights (C, T), the row of each channel being rowOf(channel). `scratch` takes `states()` · T.
  void solve(const Real* waveform, size_t samples, Real* scratch, Real* weights) const;
  /// One for each column, and at least as many as the kernel is quick with.
  size_t states() const { return std::max<size_t>(4, columns_.size()); }
  /// weights (C, T) → sweeps (2C, T). `solve` and `sweep` serve every dy.
  void sweep(const Real* weights, size_t samples, Real* sweeps) const;

  /// A sparse matrix by pairs of rows, as `combineRows` takes it.
  struct Rows {
    std::vector<int32_t> start, indices; ///< entries of each pair, and what they are multiplied with
    std::vector<Real> coefficients;      ///< (entries, 2)
  };
  /// The rows that make waveforms for a shift of dyUm. Those made last are kept: rigid motion has one shift per session
  /// and template.
  std::shared_ptr<const Rows> shift(double dyUm) const;
  /// sweeps (2C, T) → corrected (C, T).
  void apply(const Rows& shift, const Real* sweeps, size_t samples, Real* corrected) const;
  /// The same for several shifts: sweeps (2C, T) → corrected (C, T, shifts).
  void applyAll(std::span<const std::shared_ptr<const Rows>> shifts, const Real* sweeps, size_t samples,
                Real* corrected) const
    requires std::is_same_v<Real, double>;

private:
  struct Column {
    double x;
    size_t begin, end; ///< range in sorted_ and sortedY_
  };
  std::vector<Column> columns_;
  std::vector<double> depths_;  ///< by channel, y
  std::vector<double> across_;  ///< (C, columns) exp(−Δx/20)
  std::vector<int32_t> sorted_; ///< channels by column, then by depth
  std::vector<double> sortedY_; ///< their depths
  std::vector<size_t> rowOf_;   ///< by channel, its place in sorted_
  /// Channels by shank, then by depth, so that two that follow each other take mostly the same sweeps; the last one
  /// fills up the last pair.
  std::vector<int32_t> paired_;
  /// The system that `solve` solves, channel after channel by depth, as a MarkovSystem.
  struct Filter {
    std::vector<int32_t> channels, rows, columns;
    std::vector<Real> decays, gains, precisions;
  } filter_;
  /// exp(−Δy/30) to the channel before in the same column; 0 at the start of a column. From the tip, and from the top.
  std::vector<Real> decaysUp_, decaysDown_;
  void makeFilter();
  Rows makeShift(double dyUm) const;
  mutable std::mutex mutex_;
  mutable std::unordered_map<double, std::shared_ptr<const Rows>> shifts_;
};

/// The Kriging for these channels (C, 2). The one asked for last is kept: a run has many calls and a single probe.
template <class Real> std::shared_ptr<const Kriging<Real>> krigingFor(std::span<const double> locationsUm);

} // namespace dant
