#pragma once
// TextBlock: many small texts in one piece of memory, each known by eight bytes. Private to fhir/terminology.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fhir::terminology {

struct Text {
  uint32_t offset = 0;
  uint32_t size = 0;
  bool empty() const { return size == 0; }
};

class TextBlock {
 public:
  std::string_view at(Text text) const { return std::string_view(bytes_).substr(text.offset, text.size); }

  Text add(std::string_view text) {
    Text out{static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size())};
    bytes_.append(text);
    return out;
  }
  // The same place for the same text: for what is repeated often (languages, property codes, systems).
  Text intern(std::string_view text) {
    if (text.empty()) return {};
    auto found = known_.find(std::string(text));
    if (found != known_.end()) return found->second;
    Text out = add(text);
    known_.emplace(text, out);
    return out;
  }
  void finish() {
    known_ = {};
    bytes_.shrink_to_fit();
  }
  size_t memory() const { return bytes_.capacity(); }

 private:
  std::string bytes_;
  std::unordered_map<std::string, Text> known_;
};

}  // namespace fhir::terminology
