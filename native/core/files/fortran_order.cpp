#include "core/files/fortran_order.h"

#include <algorithm>
#include <vector>

namespace dant {

namespace {

// A tile reads and writes whole cache lines; its rows are many enough to make a thread's turn worthwhile.
constexpr size_t tileRows = 256;
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
  const size_t rowTiles = (axes.rows + tileRows - 1) / tileRows;
  const size_t sliceStride = axes.rows * axes.middleCount;
  const size_t rowStride = axes.middleCount * axes.slices;
  parallelFor(job, axes.middleCount * rowTiles, [&](size_t index) {
    const size_t middle = index / rowTiles;
    const size_t rowBegin = index % rowTiles * tileRows;
    const size_t rowEnd = std::min(rowBegin + tileRows, axes.rows);
    const Element* from = slab + middle * axes.rows;
    Element* to = target + axes.middleInCOrder(middle) * axes.slices + firstSlice;
    for (size_t sliceBegin = 0; sliceBegin < slabSlices; sliceBegin += tileSlices) {
      const size_t sliceEnd = std::min(sliceBegin + tileSlices, slabSlices);
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
