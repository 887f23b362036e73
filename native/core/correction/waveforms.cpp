#include "core/correction/waveforms.h"

#include "core/job/scratch.h"

#include <algorithm>
#include <type_traits>

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

template <class Real> const Real* Waveforms::read(size_t k, Real* scratch) const {
  const size_t offset = static_cast<size_t>(units[k]) * size();
  const auto from = [&](auto values) -> const Real* {
    if constexpr (std::is_same_v<decltype(values), std::span<const Real>>) return values.data() + offset;
    const auto waveform = values.subspan(offset, size());
    std::transform(waveform.begin(), waveform.end(), scratch, [](auto v) { return static_cast<Real>(v); });
    return scratch;
  };
  return f32.empty() ? from(f64) : from(f32);
}

template const float* Waveforms::read(size_t, float*) const;
template const double* Waveforms::read(size_t, double*) const;

void correctWaveforms(const Job& job, const Waveforms& waveforms, const Kriging<double>& kriging,
                      std::span<const double> shiftsUm, size_t templates, size_t first, std::span<double> corrected) {
  waveforms.check();
  const size_t perUnit = waveforms.size() * templates;
  const size_t count = perUnit == 0 ? 0 : corrected.size() / perUnit;
  if (first + count > waveforms.count() || shiftsUm.size() != templates * waveforms.count()) {
    throw InputError("The shifts and the output do not fit the units to correct.");
  }
  struct Workspace {
    std::vector<double> scratch, states, weights, sweeps;
    std::vector<std::shared_ptr<const Kriging<double>::Rows>> shifts;
  };
  Scratch<Workspace> workspaces([&] {
    const std::vector<double> empty(waveforms.size());
    return std::make_unique<Workspace>(Workspace{empty,
                                                 std::vector<double>(kriging.states() * waveforms.samples),
                                                 empty,
                                                 std::vector<double>(2 * waveforms.size()),
                                                 {}});
  });
  const size_t samples = waveforms.samples;
  parallelFor(job, count, [&](size_t i) {
    workspaces.with([&](Workspace& work) {
      kriging.solve(waveforms.read(first + i, work.scratch.data()), samples, work.states.data(), work.weights.data());
      kriging.sweep(work.weights.data(), samples, work.sweeps.data());
      work.shifts.clear();
      for (size_t k = 0; k < templates; ++k)
        work.shifts.push_back(kriging.shift(shiftsUm[k * waveforms.count() + first + i]));
      kriging.applyAll(work.shifts, work.sweeps.data(), samples, corrected.data() + i * perUnit);
    });
  });
}

} // namespace dant
