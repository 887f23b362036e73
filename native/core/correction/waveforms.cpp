#include "core/correction/waveforms.h"

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

template <class Real> Corrector<Real>::Corrector(const Waveforms& waveforms, const Kriging<Real>* kriging)
    : waveforms_(waveforms), kriging_(kriging), waveform_(waveforms.size()) {
  if (kriging_ != nullptr) {
    solved_.resize(waveforms.size());
    sweeps_.resize(2 * waveforms.size());
    corrected_.resize(waveforms.size());
  }
}

template <class Real> void Corrector<Real>::select(size_t k) {
  waveforms_.load(k, waveform_.data());
  if (kriging_ != nullptr) {
    kriging_->solve(waveform_.data(), waveforms_.samples, solved_.data());
    kriging_->sweep(solved_.data(), waveforms_.samples, sweeps_.data());
  }
}

template <class Real> const Real* Corrector<Real>::corrected(double shiftUm) {
  if (kriging_ == nullptr) return waveform_.data();
  constexpr size_t most = 512; // some 20 MB; motion that depends on depth has another shift for every unit
  auto found = rows_.find(shiftUm);
  if (found == rows_.end()) {
    if (rows_.size() >= most) rows_.clear();
    found = rows_.emplace(shiftUm, kriging_->shift(shiftUm)).first;
  }
  kriging_->apply(found->second, sweeps_.data(), waveforms_.samples, corrected_.data());
  return corrected_.data();
}

template void Waveforms::load(size_t, float*) const;
template void Waveforms::load(size_t, double*) const;
template class Corrector<float>;
template class Corrector<double>;

void correctWaveforms(const Job& job, const Waveforms& waveforms, const Kriging<double>& kriging,
                      std::span<const double> shiftsUm, size_t templates, size_t first, std::span<double> corrected) {
  waveforms.check();
  const size_t perUnit = waveforms.size() * templates;
  const size_t count = perUnit == 0 ? 0 : corrected.size() / perUnit;
  if (first + count > waveforms.count() || shiftsUm.size() != templates * waveforms.count()) {
    throw InputError("The shifts and the output do not fit the units to correct.");
  }
  constexpr size_t grain = 16;
  parallelFor(job, (count + grain - 1) / grain, [&](size_t task) {
    Corrector<double> corrector(waveforms, &kriging);
    for (size_t i = task * grain; i < std::min(count, (task + 1) * grain); ++i) {
      job.throwIfAborted();
      corrector.select(first + i);
      for (size_t k = 0; k < templates; ++k) {
        const double* from = corrector.corrected(shiftsUm[k * waveforms.count() + first + i]);
        double* to = corrected.data() + i * perUnit + k;
        for (size_t e = 0; e < waveforms.size(); ++e) to[e * templates] = from[e];
      }
    }
  });
}

} // namespace dant
