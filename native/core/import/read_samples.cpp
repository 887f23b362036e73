#include "core/import/read_samples.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#ifdef _WIN32
#include <fstream>
#else
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace dant {

namespace {

#ifdef _WIN32
/// Reads parts of a file on several threads.
class File {
public:
  explicit File(const std::string& path) : path_(std::u8string(path.begin(), path.end())) {}

  void announce(uint64_t, uint64_t) const {}

  bool read(uint64_t at, char* bytes, size_t count) const {
    std::ifstream file;
    file.rdbuf()->pubsetbuf(nullptr, 0);
    file.open(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    file.read(bytes, static_cast<std::streamsize>(count));
    return file.good();
  }

private:
  std::filesystem::path path_;
};
#else
/// Reads parts of a file on several threads.
class File {
public:
  explicit File(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (file_ >= 0) close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Bytes that will be read: a disk is fastest if it knows early.
  void announce([[maybe_unused]] uint64_t at, [[maybe_unused]] uint64_t count) const {
#ifdef POSIX_FADV_WILLNEED
    if (file_ >= 0) posix_fadvise(file_, static_cast<off_t>(at), static_cast<off_t>(count), POSIX_FADV_WILLNEED);
#endif
  }

  bool read(uint64_t at, char* bytes, size_t count) const {
    for (size_t done = 0; done < count;) {
      const ssize_t found = pread(file_, bytes + done, count - done, static_cast<off_t>(at + done));
      if (found < 0 && errno == EINTR) continue;
      if (found <= 0) return false;
      done += static_cast<size_t>(found);
    }
    return true;
  }

private:
  int file_;
};
#endif

/// What is read at once stays in the cache until it is in the block.
constexpr size_t bytesAtOnce = 256 * 1024;
constexpr size_t readsPerPart = 16;
/// Announced at once, ahead of what is read.
constexpr uint64_t announcedBytes = 8 << 20;

} // namespace

bool readSamples(const Job& job, const FileRows& from, std::span<const int32_t> channels, const RawBlock& block,
                 size_t at) {
  const File file(from.path);
  const size_t rowBytes = from.columns * sizeof(int16_t);
  const size_t rowsAtOnce = std::max<size_t>(1, bytesAtOnce / rowBytes);
  const size_t rowsPerPart = rowsAtOnce * readsPerPart;
  const uint64_t all = uint64_t{from.rows} * rowBytes;
  for (uint64_t done = 0; done < all; done += announcedBytes) {
    file.announce(from.offsetBytes + done, std::min(announcedBytes, all - done));
  }
  std::atomic<bool> good = true;
  parallelFor(job, (from.rows + rowsPerPart - 1) / rowsPerPart, [&](size_t part) {
    const size_t end = std::min(from.rows, (part + 1) * rowsPerPart);
    std::vector<int16_t> samples(std::min(rowsAtOnce, end - part * rowsPerPart) * from.columns);
    for (size_t r = part * rowsPerPart; r < end && good; r += rowsAtOnce) {
      const size_t rows = std::min(rowsAtOnce, end - r);
      if (!file.read(from.offsetBytes + uint64_t{r} * rowBytes, reinterpret_cast<char*>(samples.data()),
                     rows * rowBytes)) {
        good = false;
        return;
      }
      takeRows(samples.data(), rows, from.columns, channels, block, at + r);
    }
  });
  return good;
}

} // namespace dant
