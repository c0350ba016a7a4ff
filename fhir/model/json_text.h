#pragma once
// Walking JSON text that the reader has accepted already: copies values without white space, skips them, lists
// the members of an object. Works on bytes, so numbers and escapes stay as they were written.

#include <span>
#include <string>
#include <string_view>

namespace fhir::model {

// The string token at `offset` is replaced by `text`, written as a JSON string.
struct Replacement {
  size_t offset;
  std::string text;
};

class JsonText {
 public:
  // `replacements` ascend by offset.
  explicit JsonText(std::string_view text, std::span<const Replacement> replacements = {})
      : text_(text), replacements_(replacements) {}

  // Appends the value that starts at `at` without white space between tokens; returns the place after it.
  size_t copyValue(size_t at, std::string& out);
  size_t skipValue(size_t at) const;
  size_t skipSpace(size_t at) const;
  // The place after the string token at `at`.
  size_t skipString(size_t at) const;

  // Calls each(key token with quotes, place of the value) -> place after the value, for each member of the object
  // at `at`; returns the place after the object.
  template <typename Each>
  size_t eachMember(size_t at, Each each) const {
    at = skipSpace(at + 1);
    while (text_[at] != '}') {
      size_t key_end = skipString(at);
      std::string_view key = text_.substr(at, key_end - at);
      size_t value = skipSpace(skipSpace(key_end) + 1);
      at = skipSpace(each(key, value));
      if (text_[at] == ',') at = skipSpace(at + 1);
    }
    return at + 1;
  }

  char at(size_t place) const { return text_[place]; }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::span<const Replacement> replacements_;
  size_t next_ = 0;  // the first replacement that has not been used
};

}  // namespace fhir::model
