#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace dant {

/// A file that is in use as memory was written to.
class FileChanged : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A file as memory: its pages are those of the system's file cache, so that nothing is copied and no new pages are
/// needed. Writing to them changes the memory only. When the file is made shorter, or its drive goes away, a process
/// that touches its pages would be ended (SIGBUS); here they are zeros from then on, and `throwIfChanged` tells.
class MappedFile {
public:
  /// The first `bytes` (at least 1) of an open file. `path` is for messages. nullptr: the system cannot map it, or too
  /// many are mapped; then it must be read.
  static std::shared_ptr<MappedFile> map(int descriptor, size_t bytes, std::string path);

  /// The one that `address` lies in; nullptr: none.
  static std::shared_ptr<const MappedFile> at(const void* address);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<uint8_t> bytes() const { return bytes_; }

  /// Has the pages read in, where the system can be asked for that; elsewhere they come when they are used.
  void readIn(const Job& job) const;

  /// Throws FileChanged if the file was written to since it was mapped, or could not be read.
  void throwIfChanged() const;

private:
  struct State;

  MappedFile(std::span<uint8_t> bytes, std::string path, int descriptor, size_t slot);

  std::span<uint8_t> bytes_;
  std::string path_;
  int descriptor_;
  size_t slot_;
  std::unique_ptr<State> state_;
};

} // namespace dant
