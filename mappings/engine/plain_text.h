#pragma once
// Text as people typed it into a screen, made plain before it is compared or written (quirk Q03):
// full-width letters and digits, ideographic spaces, NUL padding, BOMs. The message store keeps the raw text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mappings::engine {

// Without blanks, NUL and BOM at both ends; blanks are ASCII white space, U+00A0 and U+3000. A view into `text`.
std::string_view trimmed(std::string_view text);

// Full-width ASCII (U+FF01..U+FF5E) becomes ASCII, U+3000 and U+00A0 a space, NUL and BOM go, runs of spaces become
// one, ends are trimmed.
std::string plainText(std::string_view text);

// plainText without any space: how local codes are compared. Case counts: g/L is not G/L.
std::string compareForm(std::string_view text);

// The person's name without a remark in brackets at its end: "李秀英(女)" -> "李秀英".
std::string withoutRemark(std::string_view name);

// Pieces between blanks and the separators , ; ， ； 、 |.
std::vector<std::string_view> words(std::string_view text);

// Text as XHTML paragraphs: a blank line begins the next <p>, a line end is <br/>, & < > are escaped, control
// characters go. Empty when there is nothing to show.
std::string narrativeParagraphs(std::string_view text);

// One UTF-8 character from `at`, which moves behind it; U+FFFD for a broken sequence.
char32_t nextCharacter(std::string_view text, size_t& at);

}  // namespace mappings::engine
