#include "core/import/common_median.h"
#include "core/import/filter_state.h"

#include <algorithm>
#include <vector>

namespace dant {

namespace {

constexpr size_t lanes = tileChannels;
/// Rows that are filtered at once, and those on each side by which the filter has forgotten what was before.
constexpr size_t rowsAtOnce = 4096;
constexpr size_t lead = 600;

/// As if the samples had always been these.
FilterState constantState(const ZeroPhaseHighPass& filter, const int16_t* samples) {
  const auto sum = 1.0 / (1.0 - filter.poles[1]);
  FilterState state;
  for (size_t k = 0; k < lanes; ++k) {
    state.real[k] = samples[k] / (1 - filter.poles[0].real());
    state.u[k] = samples[k] * sum.real();
    state.v[k] = samples[k] * sum.imag();
  }
  return state;
}

/// Filters the rows begin … end − 1 of a tile, of which `rows` rows are filled, into (end − begin, lanes).
void filterTile(const int16_t* tile, size_t rows, size_t begin, size_t end, const ZeroPhaseHighPass& filter,
                double* out) {
  const FilterResponse here(filter, 0), next(filter, 1);
  const size_t from = begin < lead ? 0 : begin - lead;
  FilterState before = constantState(filter, tile + from * lanes);
  for (size_t r = from; r < end; ++r) {
    const int16_t* const x = tile + r * lanes;
    before.next(filter, x);
    if (r < begin) continue;
    double* const y = out + (r - begin) * lanes;
    for (size_t k = 0; k < lanes; ++k) y[k] = filter.direct * x[k];
    before.addTo(here, y);
  }
  const size_t to = std::min(rows, end + lead);
  FilterState behind = constantState(filter, tile + (to - 1) * lanes);
  for (size_t r = to; r-- > begin;) {
    if (r < end) behind.addTo(next, out + (r - begin) * lanes);
    behind.next(filter, tile + r * lanes);
  }
}

/// Reorders the values.
float medianOf(std::span<float> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

} // namespace

void commonMedians(const Job& job, const RawBlock& block, size_t rows, size_t first, const ZeroPhaseHighPass* filter,
                   std::span<const double> baselines, std::span<const double> uvPerBit, std::span<float> medians) {
  parallelFor(job, (medians.size() + rowsAtOnce - 1) / rowsAtOnce, [&](size_t part) {
    const size_t count = std::min(rowsAtOnce, medians.size() - part * rowsAtOnce);
    const size_t begin = first + part * rowsAtOnce;
    std::vector<double> tile(count * lanes);
    std::vector<float> values(count * block.channels);
    for (size_t t = 0; t < block.tiles(); ++t) {
      job.throwIfAborted();
      if (filter) filterTile(block.tile(t), rows, begin, begin + count, *filter, tile.data());
      else std::copy_n(block.tile(t) + begin * lanes, count * lanes, tile.begin());
      for (size_t k = 0; k < lanes && t * lanes + k < block.channels; ++k) {
        const size_t c = t * lanes + k;
        const double baseline = filter ? 0 : baselines[c];
        for (size_t r = 0; r < count; ++r) {
          values[r * block.channels + c] = static_cast<float>((tile[r * lanes + k] - baseline) * uvPerBit[c]);
        }
      }
    }
    job.throwIfAborted();
    for (size_t r = 0; r < count; ++r) {
      medians[part * rowsAtOnce + r] = medianOf(std::span(values).subspan(r * block.channels, block.channels));
    }
  });
}

} // namespace dant
