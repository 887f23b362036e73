#include "core/files/mapped_file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#include <csignal>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace dant {

#if defined(_WIN32)

struct MappedFile::State {};

std::shared_ptr<MappedFile> MappedFile::map(int, size_t, std::string) { return nullptr; }
std::shared_ptr<const MappedFile> MappedFile::at(const void*) { return nullptr; }
MappedFile::~MappedFile() = default;
void MappedFile::readIn(const Job&) const {}
void MappedFile::throwIfChanged() const {}

#else

namespace {

/// Where files are mapped, for the signal handler, which may not wait for a lock.
struct Slot {
  std::atomic<uintptr_t> begin{0}, end{0}; ///< begin 0: no file; end 0: free
  std::atomic<bool> isBroken{false};       ///< some of it could not be read

  bool holds(uintptr_t address) const { return begin != 0 && address >= begin && address < end; }
};

std::array<Slot, 64> slots;
static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

struct sigaction handlerBefore;
const auto pageBytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));

/// Whose page could not be read gets zeros in its place; what is not ours goes to whoever handled it before.
void onBusError(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (auto& slot : slots) {
    if (!slot.holds(address)) continue;
    void* const page = reinterpret_cast<void*>(address / pageBytes * pageBytes);
    if (mmap(page, pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
      break;
    slot.isBroken = true;
    errno = error;
    return;
  }
  if ((handlerBefore.sa_flags & SA_SIGINFO) != 0) {
    handlerBefore.sa_sigaction(signal, info, context);
  } else if (handlerBefore.sa_handler == SIG_DFL || handlerBefore.sa_handler == SIG_IGN) {
    // The same access comes again, and ends the process.
    sigaction(SIGBUS, &handlerBefore, nullptr);
  } else {
    handlerBefore.sa_handler(signal);
  }
  errno = error;
}

void handleBusErrors() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = onBusError;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGBUS, &action, &handlerBefore);
  });
}

std::mutex mutex;
std::vector<std::weak_ptr<const MappedFile>> files; ///< by slot

#if defined(__APPLE__)
timespec changeOf(const struct stat& status) { return status.st_mtimespec; }
#else
timespec changeOf(const struct stat& status) { return status.st_mtim; }
#endif

} // namespace

struct MappedFile::State {
  struct stat asMapped;
};

MappedFile::MappedFile(std::span<uint8_t> bytes, std::string path, int descriptor, size_t slot)
    : bytes_(bytes), path_(std::move(path)), descriptor_(descriptor), slot_(slot), state_(std::make_unique<State>()) {
  fstat(descriptor_, &state_->asMapped);
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  slots[slot].isBroken = false;
  slots[slot].end = (begin + bytes.size() + pageBytes - 1) / pageBytes * pageBytes;
  slots[slot].begin = begin;
}

MappedFile::~MappedFile() {
  slots[slot_].begin = 0;
  munmap(bytes_.data(), bytes_.size());
  slots[slot_].end = 0;
  close(descriptor_);
}

std::shared_ptr<MappedFile> MappedFile::map(int descriptor, size_t bytes, std::string path) {
  handleBusErrors();
  std::lock_guard lock(mutex);
  const auto free = std::find_if(slots.begin(), slots.end(), [](const Slot& slot) { return slot.end == 0; });
  if (free == slots.end()) return nullptr;
  const int own = dup(descriptor);
  if (own < 0) return nullptr;
  void* const start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, own, 0);
  if (start == MAP_FAILED) {
    close(own);
    return nullptr;
  }
  const auto slot = static_cast<size_t>(free - slots.begin());
  std::shared_ptr<MappedFile> file(new MappedFile({static_cast<uint8_t*>(start), bytes}, std::move(path), own, slot));
  files.resize(slots.size());
  files[slot] = file;
  return file;
}

std::shared_ptr<const MappedFile> MappedFile::at(const void* address) {
  const auto found = reinterpret_cast<uintptr_t>(address);
  for (size_t slot = 0; slot < slots.size(); ++slot) {
    if (!slots[slot].holds(found)) continue;
    std::lock_guard lock(mutex);
    return files[slot].lock();
  }
  return nullptr;
}

void MappedFile::readIn(const Job& job) const {
  constexpr size_t piece = size_t{8} << 20;
  parallelFor(job, (bytes_.size() + piece - 1) / piece, [&](size_t i) {
    uint8_t* const start = bytes_.data() + i * piece;
    const size_t length = std::min(piece, bytes_.size() - i * piece);
    // Whole pieces from the disk, then their pages: what fails, or is not known to the system, is left to whoever
    // touches the pages.
    madvise(start, length, MADV_WILLNEED);
#if defined(MADV_POPULATE_READ)
    madvise(start, length, MADV_POPULATE_READ);
#elif defined(__linux__)
    madvise(start, length, 22); // the same, for older headers
#endif
  });
}

void MappedFile::throwIfChanged() const {
  struct stat now {};
  const auto& then = state_->asMapped;
  const bool isKnown = fstat(descriptor_, &now) == 0;
  const bool isSame = isKnown && now.st_size == then.st_size && changeOf(now).tv_sec == changeOf(then).tv_sec &&
                      changeOf(now).tv_nsec == changeOf(then).tv_nsec;
  if (isSame && !slots[slot_].isBroken) return;
  throw FileChanged(path_ + (isSame
                                 ? ": the file could not be read any more while it was in use. Look after its drive, "
                                   "and run again."
                                 : ": the file changed while it was in use. Run again when nothing writes to it."));
}

#endif

} // namespace dant
