#pragma once
// Fields of bytes one after the other, for tokens that we hand out and read back: numbers as 8 bytes big-endian,
// texts with their length before them.

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::record::search {

class ByteWriter {
 public:
  void number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>((value >> shift) & 255);
  }
  void byte(char value) { bytes_ += value; }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After a read past the end everything reads as 0 or empty and good() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  uint64_t number() {
    uint64_t value = 0;
    for (char c : cut(8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  char byte() {
    std::string_view one = cut(1);
    return one.empty() ? '\0' : one[0];
  }
  std::string_view text() { return cut(number()); }
  bool good() const { return good_; }
  bool atEnd() const { return rest_.empty(); }

 private:
  std::string_view cut(uint64_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace gateway::record::search
