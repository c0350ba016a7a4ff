#pragma once
// GB 18030 characters one at a time, with what vendors put into the private use area resolved (quirk Q02): the 2005
// edition's provisional code points become those of the 2022 edition, and the code points that old GBK tables
// gave to rare characters become Unicode's. The tables come from ICU at first use. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fhir::base {

struct Gb18030Character {
  char32_t value;   // 0: these bytes are no character
  uint32_t length;  // bytes; for what is no character as many as should be skipped
};
// bytes[at] >= 0x80.
Gb18030Character gb18030At(std::string_view bytes, size_t at);

// '?' for what cannot be written; `two_bytes_only` leaves out the four-byte characters (GBK).
void appendGb18030(std::string& out, char32_t value, bool two_bytes_only);

// The Unicode character for a private use code point that is known to stand for one; else the value itself.
char32_t unicodeOfVendorCharacter(char32_t value);

}  // namespace fhir::base
