#pragma once
// Text: what the other folders do to strings, for UTF-8 and without locales. The one door to ICU's normalisation.
// All functions survive any bytes. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::base {

// --- ASCII ---

bool isBlank(char c);                          // space, tab, CR, LF, form feed, vertical tab
std::string_view trim(std::string_view text);  // blanks at both ends
std::string lowerAscii(std::string_view text);
bool equalIgnoringCase(std::string_view a, std::string_view b);  // A to Z only
// "a,,b" -> "a", "", "b"; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// --- URLs (RFC 3986 2.1; application/x-www-form-urlencoded) ---

enum class Plus : uint8_t { Literal, Space };
// Why::Invalid when % is not followed by two hex digits. The bytes that come out may be anything.
Result<std::string> percentDecode(std::string_view text, Plus plus = Plus::Literal);
// Keeps letters, digits and -._~ only.
std::string percentEncode(std::string_view text);

// Base64 (RFC 4648 4 and 5: either alphabet, padding optional, white space ignored). Why::Invalid otherwise.
Result<std::string> base64Decode(std::string_view text);
std::string base64Encode(std::string_view bytes);  // section 4, with padding

// --- UTF-8 ---

bool isUtf8(std::string_view text);
// Where the first byte stands that is not part of a UTF-8 character; text.size() when there is none.
size_t firstInvalidUtf8(std::string_view text);
struct CodePoint {
  char32_t value;  // U+FFFD when the bytes are not UTF-8; then length is 1
  uint32_t length;
};
CodePoint codePointAt(std::string_view text, size_t offset);  // offset < text.size()
void appendUtf8(std::string& out, char32_t code_point);       // U+FFFD for what is none
size_t countCodePoints(std::string_view text);

// --- Forms for comparing ---

// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space become ASCII; nothing else changes.
std::string halfWidth(std::string_view text);
// NFKC, case folded, accents removed, white space collapsed to single spaces and trimmed: how FHIR compares strings
// (R4 3.1.1.4.8). Han, kana and the like keep their marks.
std::string searchForm(std::string_view text);

// Unicode's full case mappings, of no particular language: "straße" -> "STRASSE", "ΟΔΟΣ" -> "οδος" with a final
// sigma.
std::string upperCase(std::string_view text);
std::string lowerCase(std::string_view text);

}  // namespace fhir::base
