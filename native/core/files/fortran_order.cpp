#include "core/files/fortran_order.h"

#include <algorithm>
#include <vector>

namespace dant {

namespace {

// A thread's turn: large enough to be worth it, small enough to stop in time. Its tiles touch whole cache lines.
constexpr size_t turnRows = 256;
constexpr size_t turnSlices = 1024;
constexpr size_t tileSlices = 32;

/// The array as rows (first axis) × middle axes × slices (last axis).
struct Axes {
  std::vector<size_t> middle;
  size_t rows = 1;
  size_t middleCount = 1;
  size_t slices = 1;

  explicit Axes(std::span<const double> shape) {
    if (shape.size() < 2) throw InputError("Expected an array of at least two axes.");
    rows = static_cast<size_t>(shape.front());
    slices = static_cast<size_t>(shape.back());
    for (const double length : shape.subspan(1, shape.size() - 2)) {
      middle.push_back(static_cast<size_t>(length));
      middleCount *= middle.back();
    }
  }

  /// Where the middle index that is `index`-th in Fortran order stands in C order.
  size_t middleInCOrder(size_t index) const {
    size_t result = 0;
    for (const size_t length : middle) {
      result = result * length + index % length;
      index /= length;
    }
    return result;
  }
};

template <class Element> void scatter(const Job& job, const Element* slab, size_t slabSlices, Element* target,
                                      const Axes& axes, size_t firstSlice) {
  const size_t rowTurns = (axes.rows + turnRows - 1) / turnRows;
  const size_t sliceTurns = (slabSlices + turnSlices - 1) / turnSlices;
  const size_t sliceStride = axes.rows * axes.middleCount;
  const size_t rowStride = axes.middleCount * axes.slices;
  parallelFor(job, axes.middleCount * rowTurns * sliceTurns, [&](size_t turn) {
    const size_t middle = turn / (rowTurns * sliceTurns);
    const size_t rowBegin = turn / sliceTurns % rowTurns * turnRows;
    const size_t rowEnd = std::min(rowBegin + turnRows, axes.rows);
    const size_t turnBegin = turn % sliceTurns * turnSlices;
    const size_t turnEnd = std::min(turnBegin + turnSlices, slabSlices);
    const Element* from = slab + middle * axes.rows;
    Element* to = target + axes.middleInCOrder(middle) * axes.slices + firstSlice;
    for (size_t sliceBegin = turnBegin; sliceBegin < turnEnd; sliceBegin += tileSlices) {
      const size_t sliceEnd = std::min(sliceBegin + tileSlices, turnEnd);
      for (size_t row = rowBegin; row < rowEnd; ++row) {
        for (size_t slice = sliceBegin; slice < sliceEnd; ++slice) {
          to[row * rowStride + slice] = from[slice * sliceStride + row];
        }
      }
    }
  });
}

} // namespace

void fortranToC(const Job& job, std::span<const uint8_t> slab, std::span<uint8_t> target, std::span<const double> shape,
                size_t itemBytes, size_t firstSlice) {
  const Axes axes(shape);
  const size_t sliceBytes = axes.rows * axes.middleCount * itemBytes;
  if (target.size() != sliceBytes * axes.slices) throw InputError("The array does not have the length of its shape.");
  if (slab.empty()) return;
  const size_t slabSlices = slab.size() / sliceBytes;
  if (slab.size() % sliceBytes != 0 || firstSlice > axes.slices || slabSlices > axes.slices - firstSlice) {
    throw InputError("The slab does not hold whole slices of the array.");
  }
  const auto run = [&]<class Element>(Element) {
    scatter(job, reinterpret_cast<const Element*>(slab.data()), slabSlices, reinterpret_cast<Element*>(target.data()),
            axes, firstSlice);
  };
  switch (itemBytes) {
  case 1:
    return run(uint8_t{});
  case 2:
    return run(uint16_t{});
  case 4:
    return run(uint32_t{});
  case 8:
    return run(uint64_t{});
  default:
    throw InputError("Expected elements of 1, 2, 4 or 8 bytes.");
  }
}

} // namespace dant
