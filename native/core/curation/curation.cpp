#include "core/curation/curation.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dant {

namespace {

class Curator {
public:
  Curator(const CurationInput& input, const Job& job)
      : input_(input), job_(job), labels_(input.labels.begin(), input.labels.end()) {
    for (const int32_t label : labels_) largest_ = std::max(largest_, label);
    if (static_cast<size_t>(largest_) > labels_.size()) {
      throw InputError("Cluster ids must be at most the number of units, " + std::to_string(labels_.size()) +
                       ", but one is " + std::to_string(largest_) + ".");
    }
  }

  Curation run() {
    std::vector<std::vector<int32_t>> clusters(static_cast<size_t>(largest_));
    for (size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] > 0) clusters[static_cast<size_t>(labels_[i]) - 1].push_back(static_cast<int32_t>(i));
    }
    for (auto& members : clusters) {
      while (dropSessionRepeats(members)) {
      }
    }
    if (input_.splitThreshold) {
      for (const auto& members : clusters) split(members);
    }
    closeUp();
    return {std::move(labels_), std::move(pairs_)};
  }

private:
  /// One look at a cluster: of two units of one session the less similar one goes. False when there are none.
  bool dropSessionRepeats(std::vector<int32_t>& members) {
    if (!hasSessionRepeat(members)) return false;
    std::vector<double> mean;
    for (const int32_t i : members) {
      job_.throwIfAborted();
      double sum = 0;
      for (const int32_t j : members) sum += input_.similarity(i, j);
      mean.push_back(sum / static_cast<double>(members.size()));
    }
    std::vector<bool> marked(members.size());
    std::vector<size_t> order;
    for (size_t i = 0; i < members.size(); ++i) {
      job_.throwIfAborted();
      for (size_t j = 0; j < i; ++j) {
        if (input_.sessions[members[i]] != input_.sessions[members[j]]) continue;
        const size_t weaker = mean[i] <= mean[j] ? i : j;
        if (!marked[weaker]) order.push_back(weaker);
        marked[weaker] = true;
      }
    }
    std::vector<bool> recorded(members.size());
    for (const size_t unit : order) {
      job_.throwIfAborted();
      recorded[unit] = true;
      for (size_t other = 0; other < members.size(); ++other) {
        if (!recorded[other]) record(members[unit], members[other], CurationType::sameSession);
      }
      labels_[members[unit]] = -1;
    }
    std::erase_if(members, [&](int32_t unit) { return labels_[unit] < 0; });
    return true;
  }

  bool hasSessionRepeat(const std::vector<int32_t>& members) {
    sessions_.clear();
    for (const int32_t unit : members) sessions_.push_back(input_.sessions[unit]);
    std::sort(sessions_.begin(), sessions_.end());
    return std::adjacent_find(sessions_.begin(), sessions_.end()) != sessions_.end();
  }

  /// Connected components of good matches; all but the first become clusters of their own.
  void split(const std::vector<int32_t>& members) {
    const auto [component, count] = components(members);
    if (count < 2) return;
    for (size_t part = 1; part < count; ++part) {
      const int32_t label = ++largest_;
      for (size_t i = 0; i < members.size(); ++i) {
        if (component[i] != part) continue;
        job_.throwIfAborted();
        labels_[members[i]] = label;
        for (size_t j = 0; j < members.size(); ++j) {
          if (component[j] == 0 || component[j] > part) record(members[i], members[j], CurationType::lowSimilarity);
        }
      }
    }
  }

  /// Component of each member, numbered by first members, and how many there are.
  std::pair<std::vector<size_t>, size_t> components(const std::vector<int32_t>& members) const {
    const size_t none = members.size();
    std::vector<size_t> component(members.size(), none);
    std::vector<size_t> open;
    size_t count = 0;
    for (size_t first = 0; first < members.size(); ++first) {
      if (component[first] != none) continue;
      open.assign(1, first);
      component[first] = count;
      while (!open.empty()) {
        const size_t i = open.back();
        open.pop_back();
        job_.throwIfAborted();
        for (size_t j = 0; j < members.size(); ++j) {
          if (component[j] != none || !(input_.similarity(members[i], members[j]) > *input_.splitThreshold)) continue;
          component[j] = count;
          open.push_back(j);
        }
      }
      ++count;
    }
    return {std::move(component), count};
  }

  /// Clusters of one unit dissolve; the others are numbered without gaps, in order.
  void closeUp() {
    std::vector<int32_t> sizes(static_cast<size_t>(largest_) + 1);
    for (const int32_t label : labels_) {
      if (label > 0) ++sizes[label];
    }
    std::vector<int32_t> renumbered(sizes.size(), -1);
    int32_t next = 0;
    for (size_t label = 1; label < sizes.size(); ++label) {
      if (sizes[label] > 1) renumbered[label] = ++next;
    }
    for (int32_t& label : labels_) label = label > 0 ? renumbered[label] : -1;
  }

  void record(int32_t a, int32_t b, CurationType type) { pairs_.push_back({std::min(a, b), std::max(a, b), type}); }

  const CurationInput& input_;
  const Job& job_;
  std::vector<int32_t> labels_;
  int32_t largest_ = 0;
  std::vector<CurationPair> pairs_;
  std::vector<int32_t> sessions_;
};

} // namespace

Curation curate(const CurationInput& input, const Job& job) { return Curator(input, job).run(); }

} // namespace dant
