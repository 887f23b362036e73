#include "core/similarity/correlation.h"

#include "core/simd/kernels.h"
#include "core/similarity/fisher.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <vector>

namespace dant {

namespace {

constexpr size_t maxTile = 16 * 16;  // of double-precision panels, at the widest level
constexpr double noVariance = 1e-13; // share of the mean square below which a variance is rounding error

/// Rows side by side in double-precision panels: (panel, L, lane).
class Panels {
public:
  Panels(size_t count, size_t length)
      : width_(static_cast<size_t>(kernels().widthF64)), length_(length), count_((count + width_ - 1) / width_),
        values_(count_ * length * width_) {}

  size_t count() const { return count_; }
  size_t width() const { return width_; }
  size_t length() const { return length_; }
  const double* panel(size_t p) const { return values_.data() + p * length_ * width_; }
  double& at(size_t row, size_t k) { return values_[(row / width_ * length_ + k) * width_ + row % width_]; }

private:
  size_t width_, length_, count_;
  std::vector<double> values_;
};

/// Products of the rows of one panel with those of another: tile[r·width + lane].
void products(const Panels& a, size_t panelA, const Panels& b, size_t panelB, double* tile) {
  const auto& k = kernels();
  const auto step = static_cast<size_t>(k.rowsF64);
  for (size_t r = 0; r < a.width(); r += step) {
    k.dotsF64(a.panel(panelA) + r, a.width(), b.panel(panelB), a.length(), tile + r * a.width());
  }
}

/// Whether every row (L) is its own mirror image, as autocorrelograms are.
bool areMirrored(const Job& job, std::span<const double> rows, size_t count, size_t length) {
  std::atomic<bool> mirrored{length > 0};
  parallelFor(job, count, [&](size_t i) {
    const auto row = rows.subspan(i * length, length);
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    if (mirrored && !std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(length / 2), row.rbegin(), same))
      mirrored = false;
  });
  return mirrored;
}

/// Calls tile(panelA, panelB) for the pairs panelA ≤ panelB in parallel.
template <class Tile> void forPanelPairs(const Job& job, size_t panels, Tile tile) {
  parallelFor(job, panels, [&](size_t panelA) { // long rows first
    for (size_t panelB = panelA; panelB < panels; ++panelB) {
      if (panelB % 64 == 0) job.throwIfAborted();
      tile(panelA, panelB);
    }
  });
}

/// Puts the Fisher z of a tile of correlations, and its mirror image, into the matrix.
void fill(std::span<float> similarity, size_t count, size_t width, size_t a, size_t b, const double* correlations) {
  static const double limit = std::tanh(largestFisherZ);
  float z[maxTile];
  kernels().fisherZ(correlations, width * width, limit, z);
  const size_t rows = std::min(width, count - a * width), columns = std::min(width, count - b * width);
  for (size_t r = 0; r < rows; ++r) {
    std::copy_n(z + r * width, columns, similarity.data() + (a * width + r) * count + b * width);
  }
  for (size_t c = 0; c < columns; ++c) {
    float* to = similarity.data() + (b * width + c) * count + a * width;
    for (size_t r = 0; r < rows; ++r) to[r] = z[r * width + c];
  }
  if (a == b) {
    for (size_t r = 0; r < rows; ++r) {
      similarity[(a * width + r) * (count + 1)] = static_cast<float>(largestFisherZ);
    }
  }
}

} // namespace

void correlateRows(const Job& job, std::span<const double> rows, size_t count, std::span<float> similarity) {
  const size_t length = count == 0 ? 0 : rows.size() / count;
  if (rows.size() != count * length || similarity.size() != count * count) {
    throw InputError("The table of rows and the similarity matrix do not fit each other.");
  }
  // Columns that have a mirror image are taken once and count twice.
  const size_t twice = areMirrored(job, rows, count, length) ? length / 2 : 0;
  Panels panels(count, length - twice);
  parallelFor(job, panels.count(), [&](size_t p) {
    for (size_t i = p * panels.width(); i < std::min(count, (p + 1) * panels.width()); ++i) {
      const double* row = rows.data() + i * length;
      double sum = 0, square = 0, deviations = 0;
      for (size_t k = 0; k < length; ++k) {
        sum += row[k];
        square += row[k] * row[k];
      }
      const double mean = sum / static_cast<double>(length);
      for (size_t k = 0; k < length; ++k) deviations += (row[k] - mean) * (row[k] - mean);
      // Written so that NaN fails: the row is left at zero and correlates with nothing.
      if (!(deviations > noVariance * square)) continue;
      const double scale = 1 / std::sqrt(deviations);
      for (size_t k = 0; k < panels.length(); ++k)
        panels.at(i, k) = (row[k] - mean) * (k < twice ? scale * std::numbers::sqrt2 : scale);
    }
  });
  forPanelPairs(job, panels.count(), [&](size_t a, size_t b) {
    double tile[maxTile];
    products(panels, a, panels, b, tile);
    fill(similarity, count, panels.width(), a, b, tile);
  });
}

void correlateRowsWithGaps(const Job& job, std::span<const double> rows, size_t count, std::span<const int32_t> names,
                           std::span<float> similarity) {
  const size_t length = count == 0 ? 0 : rows.size() / count;
  if (rows.size() != count * length || similarity.size() != count * count || names.size() != count) {
    throw InputError("The table of rows and the similarity matrix do not fit each other.");
  }
  // With mask m and values v (0 in gaps): the sums over common columns are products of v, v² and m.
  Panels values(count, length), squares(count, length), masks(count, length);
  for (size_t i = 0; i < count; ++i) {
    const double* row = rows.data() + i * length;
    double sum = 0, present = 0;
    for (size_t k = 0; k < length; ++k) {
      if (!std::isnan(row[k])) {
        sum += row[k];
        present += 1;
      }
    }
    for (size_t k = 0; k < length; ++k) {
      if (std::isnan(row[k])) continue;
      const double value = row[k] - sum / present; // centred: less cancellation below
      values.at(i, k) = value;
      squares.at(i, k) = value * value;
      masks.at(i, k) = 1;
    }
  }
  forPanelPairs(job, values.count(), [&](size_t a, size_t b) {
    const size_t width = values.width();
    double n[maxTile], x[maxTile], y[maxTile], xx[maxTile], yy[maxTile], xy[maxTile];
    products(masks, a, masks, b, n);
    products(values, a, masks, b, x);
    products(masks, a, values, b, y);
    products(squares, a, masks, b, xx);
    products(masks, a, squares, b, yy);
    products(values, a, values, b, xy);
    for (size_t r = 0; r < width && a * width + r < count; ++r) {
      for (size_t lane = 0; lane < width && b * width + lane < count; ++lane) {
        const size_t at = r * width + lane, i = a * width + r, j = b * width + lane;
        if (n[at] == 0 && i != j) {
          throw InputError("Units " + std::to_string(names[i]) + " and " + std::to_string(names[j]) +
                           " have no PETH bin in which both have a value, so that their PETHs cannot be compared. "
                           "Fill the gaps, leave one of the units out, or take PETH off the features");
        }
        const double varianceX = xx[at] - x[at] * x[at] / n[at];
        const double varianceY = yy[at] - y[at] * y[at] / n[at];
        const bool varies = varianceX > noVariance * xx[at] && varianceY > noVariance * yy[at];
        const double covariance = xy[at] - x[at] * y[at] / n[at];
        xy[at] = varies ? covariance / std::sqrt(varianceX * varianceY) : 0;
      }
    }
    fill(similarity, count, width, a, b, xy);
  });
}

} // namespace dant
