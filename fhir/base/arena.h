#pragma once
// Arena: memory for one evaluation. Everything made in it lives until reset() or destruction.
// reset() keeps the blocks, so a steady load allocates nothing. Not thread-safe: one per thread.
// Only trivially destructible things may live here; no destructor is ever run.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fhir::base {

class Arena {
 public:
  explicit Arena(size_t first_block = 16 * 1024) : first_block_(first_block) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(size_t bytes, size_t align = alignof(std::max_align_t)) {
    auto start = (reinterpret_cast<uintptr_t>(next_) + align - 1) & ~(align - 1);
    const auto end = reinterpret_cast<uintptr_t>(end_);
    if (start > end || end - start < bytes) {
      enterBlock(bytes + align);
      start = (reinterpret_cast<uintptr_t>(next_) + align - 1) & ~(align - 1);
    }
    next_ = reinterpret_cast<std::byte*>(start + bytes);
    return reinterpret_cast<void*>(start);
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // Copies the text; the view stays good as long as the arena's content.
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* memory = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(memory, text.data(), text.size());
    return {memory, text.size()};
  }

  // Bytes that are taken since the last reset(), about.
  size_t used() const { return left_behind_ + static_cast<size_t>(next_ - begin_); }

  void reset() {
    if (blocks_.empty()) return;
    block_ = 0;
    left_behind_ = 0;
    begin_ = blocks_[0].memory.get();
    next_ = blocks_[0].memory.get();
    end_ = next_ + blocks_[0].size;
  }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    size_t size;
  };

  // Goes on to a block that has room; those between stay empty until reset().
  [[gnu::noinline]] void enterBlock(size_t at_least) {
    left_behind_ = used();
    if (block_ < blocks_.size()) ++block_;
    while (block_ < blocks_.size() && blocks_[block_].size < at_least) ++block_;
    if (block_ >= blocks_.size()) {
      size_t size = blocks_.empty() ? first_block_ : blocks_.back().size * 2;
      if (size < at_least) size = at_least;
      blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
      block_ = blocks_.size() - 1;
    }
    begin_ = next_ = blocks_[block_].memory.get();
    end_ = next_ + blocks_[block_].size;
  }

  size_t first_block_;
  std::vector<Block> blocks_;
  size_t block_ = 0;        // that next_ and end_ stand in
  size_t left_behind_ = 0;  // bytes taken in the blocks before
  std::byte* begin_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace fhir::base
