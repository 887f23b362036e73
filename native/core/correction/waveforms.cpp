#include "core/correction/waveforms.h"

#include "core/job/large_array.h"
#include "core/job/scratch.h"

#include <algorithm>

namespace dant {

void Waveforms::check() const {
  const size_t available = std::max(f32.size(), f64.size()) / std::max<size_t>(1, size());
  for (const int32_t unit : units) {
    if (unit < 0 || static_cast<size_t>(unit) >= available) {
      throw InputError("Expected indices of units below " + std::to_string(available) + " but found " +
                       std::to_string(unit) + ".");
    }
  }
}

template <class Real> void Waveforms::load(size_t k, Real* waveform) const {
  const size_t offset = static_cast<size_t>(units[k]) * size();
  if (f32.empty()) {
    std::transform(f64.data() + offset, f64.data() + offset + size(), waveform,
                   [](double v) { return static_cast<Real>(v); });
  } else {
    std::copy_n(f32.data() + offset, size(), waveform);
  }
}

template <class Real> Shifter<Real>::Shifter(const Kriging<Real>& kriging, size_t samples)
    : kriging_(kriging), samples_(samples), sweeps_(2 * kriging.channels() * samples) {}

template <class Real> void Shifter<Real>::take(const Real* weights) {
  kriging_.sweep(weights, samples_, sweeps_.data());
}

template <class Real> void Shifter<Real>::shift(double um, Real* corrected) {
  kriging_.apply(*kriging_.shift(um), sweeps_.data(), samples_, corrected);
}

template void Waveforms::load(size_t, float*) const;
template void Waveforms::load(size_t, double*) const;
template class Shifter<float>;
template class Shifter<double>;

void krigingWeights(const Job& job, const Waveforms& waveforms, const Kriging<float>& kriging,
                    std::span<float> weights) {
  waveforms.check();
  if (weights.size() != waveforms.count() * waveforms.size())
    throw InputError("The kriging weights do not fit the units.");
  useHugePages(weights);
  constexpr size_t grain = 16;
  const size_t count = waveforms.count();
  parallelFor(
      job, (count + grain - 1) / grain,
      [&](size_t task) {
        std::vector<float> waveform(waveforms.size());
        for (size_t k = task * grain; k < std::min(count, (task + 1) * grain); ++k) {
          waveforms.load(k, waveform.data());
          kriging.solve(waveform.data(), waveforms.samples, weights.data() + k * waveforms.size());
        }
      },
      true);
}

void correctWaveforms(const Job& job, const Waveforms& waveforms, const Kriging<double>& kriging,
                      std::span<const double> shiftsUm, size_t templates, size_t first, std::span<double> corrected) {
  waveforms.check();
  const size_t perUnit = waveforms.size() * templates;
  const size_t count = perUnit == 0 ? 0 : corrected.size() / perUnit;
  if (first + count > waveforms.count() || shiftsUm.size() != templates * waveforms.count()) {
    throw InputError("The shifts and the output do not fit the units to correct.");
  }
  struct Workspace {
    Shifter<double> shifter;
    std::vector<double> waveform, weights;
  };
  Scratch<Workspace> workspaces([&] {
    const std::vector<double> empty(waveforms.size());
    return std::make_unique<Workspace>(Workspace{Shifter<double>(kriging, waveforms.samples), empty, empty});
  });
  parallelFor(job, count, [&](size_t i) {
    workspaces.with([&](Workspace& work) {
      waveforms.load(first + i, work.waveform.data());
      kriging.solve(work.waveform.data(), waveforms.samples, work.weights.data());
      work.shifter.take(work.weights.data());
      for (size_t k = 0; k < templates; ++k) {
        work.shifter.shift(shiftsUm[k * waveforms.count() + first + i], work.waveform.data());
        double* to = corrected.data() + i * perUnit + k;
        for (size_t e = 0; e < waveforms.size(); ++e) to[e * templates] = work.waveform[e];
      }
    });
  });
}

} // namespace dant
