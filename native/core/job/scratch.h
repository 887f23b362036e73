#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace dant {

/// Working memory that the indices of one parallelFor take turns with, so that at most one instance per thread is made.
template <class T> class Scratch {
public:
  explicit Scratch(std::function<std::unique_ptr<T>()> make) : make_(std::move(make)) {}

  /// Calls use(instance); what an earlier use left in it is still there.
  template <class Use> void with(Use use) {
    std::unique_ptr<T> instance;
    {
      std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        instance = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!instance) instance = make_();
    use(*instance);
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(instance));
  }

private:
  std::function<std::unique_ptr<T>()> make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
};

} // namespace dant
