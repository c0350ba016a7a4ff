#pragma once
// A disk that fails on command: a SQLite file system in front of the real one. While one exists it is the default of
// all connections that are opened.

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gateway::record::store {

class FailingDisk {
 public:
  enum class Fault { None, FullOnWrite, ErrorOnWrite, ErrorOnSync };

  FailingDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "failing";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(kHeader) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
    self() = this;
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    self() = nullptr;
  }

  // The operation after `later` more of its kind fails, and all that follow, until the next call.
  void fail(Fault fault, int64_t later = 0) {
    fault_ = Fault::None;
    countdown_ = later;
    hits_ = 0;
    fault_ = fault;
  }
  void heal() { fault_ = Fault::None; }
  int64_t hits() const { return hits_; }
  int64_t syncs() const { return syncs_; }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real;
  };
  static constexpr size_t kHeader = (sizeof(File) + 15) / 16 * 16;

  static FailingDisk*& self() {
    static FailingDisk* one = nullptr;
    return one;
  }
  static sqlite3_file* realOf(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

  bool fails(bool on_sync) {
    Fault fault = fault_;
    if (fault == Fault::None || (fault == Fault::ErrorOnSync) != on_sync) return false;
    if (countdown_-- > 0) return false;
    ++hits_;
    return true;
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* disk = static_cast<FailingDisk*>(vfs->pAppData);
    auto* wrapped = reinterpret_cast<File*>(file);
    wrapped->base.pMethods = nullptr;
    wrapped->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kHeader);
    int code = disk->real_->xOpen(disk->real_, name, wrapped->real, flags, out);
    if (wrapped->real->pMethods != nullptr) wrapped->base.pMethods = methods();
    return code;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods kMethods = {
        3,
        [](sqlite3_file* f) { return realOf(f)->pMethods->xClose(realOf(f)); },
        [](sqlite3_file* f, void* b, int n, sqlite3_int64 o) {
          return realOf(f)->pMethods->xRead(realOf(f), b, n, o);
        },
        [](sqlite3_file* f, const void* b, int n, sqlite3_int64 o) {
          if (self() != nullptr && self()->fails(false)) {
            return self()->fault_ == Fault::FullOnWrite ? SQLITE_FULL : SQLITE_IOERR_WRITE;
          }
          return realOf(f)->pMethods->xWrite(realOf(f), b, n, o);
        },
        [](sqlite3_file* f, sqlite3_int64 n) { return realOf(f)->pMethods->xTruncate(realOf(f), n); },
        [](sqlite3_file* f, int flags) {
          if (self() != nullptr) {
            ++self()->syncs_;
            if (self()->fails(true)) return SQLITE_IOERR_FSYNC;
          }
          return realOf(f)->pMethods->xSync(realOf(f), flags);
        },
        [](sqlite3_file* f, sqlite3_int64* n) { return realOf(f)->pMethods->xFileSize(realOf(f), n); },
        [](sqlite3_file* f, int l) { return realOf(f)->pMethods->xLock(realOf(f), l); },
        [](sqlite3_file* f, int l) { return realOf(f)->pMethods->xUnlock(realOf(f), l); },
        [](sqlite3_file* f, int* r) { return realOf(f)->pMethods->xCheckReservedLock(realOf(f), r); },
        [](sqlite3_file* f, int op, void* a) { return realOf(f)->pMethods->xFileControl(realOf(f), op, a); },
        [](sqlite3_file* f) { return realOf(f)->pMethods->xSectorSize(realOf(f)); },
        [](sqlite3_file* f) { return realOf(f)->pMethods->xDeviceCharacteristics(realOf(f)); },
        [](sqlite3_file* f, int p, int s, int e, void volatile** m) {
          return realOf(f)->pMethods->xShmMap(realOf(f), p, s, e, m);
        },
        [](sqlite3_file* f, int o, int n, int l) { return realOf(f)->pMethods->xShmLock(realOf(f), o, n, l); },
        [](sqlite3_file* f) { return realOf(f)->pMethods->xShmBarrier(realOf(f)); },
        [](sqlite3_file* f, int d) { return realOf(f)->pMethods->xShmUnmap(realOf(f), d); },
        [](sqlite3_file* f, sqlite3_int64 o, int n, void** p) {
          return realOf(f)->pMethods->xFetch(realOf(f), o, n, p);
        },
        [](sqlite3_file* f, sqlite3_int64 o, void* p) { return realOf(f)->pMethods->xUnfetch(realOf(f), o, p); },
    };
    return &kMethods;
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  std::atomic<Fault> fault_{Fault::None};
  std::atomic<int64_t> countdown_{0}, hits_{0}, syncs_{0};
};

}  // namespace gateway::record::store
