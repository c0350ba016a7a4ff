#include "fhir/terminology/text_filter.h"

#include <algorithm>

#include "fhir/base/text.h"

namespace fhir::terminology {
namespace {

bool isWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// Letters and digits begin where no letter or digit of ASCII is before them; other scripts have no word ends to see.
bool hasWord(std::string_view text, std::string_view word) {
  bool ascii = static_cast<unsigned char>(word[0]) < 0x80;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (!ascii || at == 0 || !isWordCharacter(text[at - 1]) || !isWordCharacter(word[0])) return true;
    // A letter after a Chinese character begins a word too.
    if (static_cast<unsigned char>(text[at - 1]) >= 0x80) return true;
  }
  return false;
}

}  // namespace

TextFilter::TextFilter(std::string_view filter) {
  std::string form = base::searchForm(filter);
  for (std::string_view word : base::split(form, ' ')) {
    if (!word.empty()) words_.emplace_back(word);
  }
}

bool TextFilter::accepts(const std::vector<std::string_view>& texts) const {
  std::vector<std::string> forms;
  forms.reserve(texts.size());
  for (std::string_view text : texts) forms.push_back(base::searchForm(text));
  return std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return std::any_of(forms.begin(), forms.end(), [&](const std::string& form) { return hasWord(form, word); });
  });
}

}  // namespace fhir::terminology
