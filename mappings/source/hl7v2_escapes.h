#pragma once
// HL7 v2 delimiters and the escape sequences that stand for them (HL7 v2.5.1 2.5.4 and 2.7).

#include <string>
#include <string_view>

namespace mappings::source {

// '\0': the message does not use it.
struct Hl7v2Delimiters {
  char field = '|';
  char component = '^';
  char repetition = '~';
  char escape = '\\';
  char subcomponent = '&';
};

// \F\ \S\ \T\ \R\ \E\ and \P\ become the characters that they stand for, \.br\ and \.sp\ line ends, \Xhh..\ the
// bytes, read in `encoding`; highlighting and other formatting commands go. What is no escape sequence stays as it
// is.
std::string unescapeHl7v2(std::string_view text, const Hl7v2Delimiters& delimiters, std::string_view encoding);

}  // namespace mappings::source
