#pragma once
#include "core/clustering/spanning_tree.h"

#include <vector>

namespace dant {

/// Sorts edges by distance, equal ones in the order that the reference's results show: that of NumPy's quicksort
/// (before 1.25), which is not stable. Core distances make many edges equally long, and the order of those decides
/// how the tree grows; no order is more right than another.
void sortLikeReference(std::vector<Edge>& edges);

} // namespace dant
