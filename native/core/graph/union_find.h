#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace dant {

/// Disjoint sets of the elements 0 … count − 1, each set with one of its elements as its root. At first, each element
/// is a set of its own. Which element is the root is the caller's choice, so that results do not depend on sizes.
class UnionFind {
public:
  explicit UnionFind(size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), 0); }

  size_t size() const { return parents_.size(); }

  /// The root of the set that holds the element. Halves the path on its way.
  int32_t root(int32_t element) {
    while (parent(element) != element) element = parent(element) = parent(parent(element));
    return element;
  }

  /// Joins the sets of both elements; the root of `target`'s set becomes the root of all.
  void attach(int32_t element, int32_t target) { parent(root(element)) = root(target); }

  /// Joins the sets of both elements; the smaller of their roots becomes the root of all.
  void join(int32_t a, int32_t b) {
    const auto [low, high] = std::minmax({root(a), root(b)});
    parent(high) = low;
  }

private:
  int32_t& parent(int32_t element) { return parents_[static_cast<size_t>(element)]; }

  std::vector<int32_t> parents_;
};

/// For each element the number of its set; sets are numbered from 0 in the order of their first elements.
inline std::vector<int32_t> numberedSets(UnionFind& sets) {
  std::vector<int32_t> numbers(sets.size()), ofRoot(sets.size(), -1);
  int32_t count = 0;
  for (size_t element = 0; element < sets.size(); ++element) {
    int32_t& number = ofRoot[static_cast<size_t>(sets.root(static_cast<int32_t>(element)))];
    if (number < 0) number = count++;
    numbers[element] = number;
  }
  return numbers;
}

} // namespace dant
