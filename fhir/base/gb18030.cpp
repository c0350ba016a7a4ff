#include "fhir/base/gb18030.h"

#include <unicode/ucnv.h>

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

namespace fhir::base {

namespace {

constexpr size_t kTrails = 0xFE - 0x40 + 1;  // 0x7F is among them and stays empty
constexpr size_t kLeads = 0xFE - 0x81 + 1;
constexpr char32_t kFirstVendor = 0xE766;
constexpr char32_t kLastVendor = 0xE864;

bool isPrivate(char32_t value) { return value >= 0xE000 && value < 0xF900; }

// Two-byte characters that the 2005 edition left in the private use area and the 2022 edition (or, for the six
// from plane 2, common practice before it) gives a place in Unicode. Source: GB 18030-2022, changes to the 2005
// edition.
struct Settled {
  char32_t provisional;
  char32_t settled;
};
constexpr Settled kSettled[] = {
    {0xE78D, 0xFE10},  {0xE78E, 0xFE12},  {0xE78F, 0xFE11},  {0xE790, 0xFE13},  {0xE791, 0xFE14},  {0xE792, 0xFE15},
    {0xE793, 0xFE16},  {0xE794, 0xFE17},  {0xE795, 0xFE18},  {0xE796, 0xFE19},  {0xE81E, 0x9FB4},  {0xE826, 0x9FB5},
    {0xE82B, 0x9FB6},  {0xE82C, 0x9FB7},  {0xE832, 0x9FB8},  {0xE843, 0x9FB9},  {0xE854, 0x9FBA},  {0xE864, 0x9FBB},
    {0xE816, 0x20087}, {0xE817, 0x20089}, {0xE818, 0x200CC}, {0xE831, 0x215D7}, {0xE83B, 0x2298F}, {0xE855, 0x241FE},
    {0xE7C7, 0x1E3F},  {0xE7C8, 0x01F9},
};

class Converter {
 public:
  Converter() {
    UErrorCode status = U_ZERO_ERROR;
    converter_ = ucnv_open("gb18030", &status);
  }
  ~Converter() {
    if (converter_ != nullptr) ucnv_close(converter_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  char32_t decode(const char* bytes, int32_t length) {
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 8> out{};
    const int32_t count =
        ucnv_toUChars(converter_, out.data(), static_cast<int32_t>(out.size()), bytes, length, &status);
    if (U_FAILURE(status)) return 0;
    if (count == 1 && out[0] != 0xFFFD && (out[0] & 0xF800) != 0xD800) return out[0];
    if (count == 2 && (out[0] & 0xFC00) == 0xD800 && (out[1] & 0xFC00) == 0xDC00)
      return 0x10000 + ((out[0] & 0x3FFu) << 10) + (out[1] & 0x3FFu);
    return 0;
  }

  // Up to four bytes; the number of them, 0 when the character cannot be written.
  int32_t encode(char32_t value, char* bytes) {
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 2> in{};
    int32_t count = 0;
    if (value >= 0x10000) {
      in[static_cast<size_t>(count++)] = static_cast<UChar>(0xD7C0 + (value >> 10));
      in[static_cast<size_t>(count++)] = static_cast<UChar>(0xDC00 + (value & 0x3FF));
    } else {
      in[static_cast<size_t>(count++)] = static_cast<UChar>(value);
    }
    const int32_t length = ucnv_fromUChars(converter_, bytes, 4, in.data(), count, &status);
    return U_FAILURE(status) ? 0 : length;
  }

 private:
  UConverter* converter_ = nullptr;
};

struct Tables {
  std::vector<char32_t> two_bytes;                     // [lead - 0x81][trail - 0x40], 0: no character
  std::unordered_map<char32_t, uint16_t> two_byte_of;  // the way back
  std::array<char32_t, kLastVendor - kFirstVendor + 1> vendor;

  Tables() : two_bytes(kLeads * kTrails, 0) {
    for (size_t i = 0; i < vendor.size(); ++i) vendor[i] = kFirstVendor + static_cast<char32_t>(i);
    for (const auto& [provisional, settled] : kSettled) vendor[provisional - kFirstVendor] = settled;
    Converter converter;
    const auto read = [&](uint8_t lead, uint8_t trail) {
      const char bytes[2] = {static_cast<char>(lead), static_cast<char>(trail)};
      return converter.decode(bytes, 2);
    };
    // Old GBK tables gave FE50 to FEA0 the code points from U+E815 on, and A989 to A995 those from U+E7E7 on.
    const auto give = [&](char32_t& code_point, uint8_t lead, uint8_t trail) {
      const char32_t value = read(lead, trail);
      if (value != 0 && !isPrivate(value)) vendor[code_point - kFirstVendor] = value;
      ++code_point;
    };
    char32_t code_point = 0xE815;
    for (uint8_t trail = 0x50; trail <= 0xA0; ++trail)
      if (trail != 0x7F) give(code_point, 0xFE, trail);
    code_point = 0xE7E7;
    for (uint8_t trail = 0x89; trail <= 0x95; ++trail) give(code_point, 0xA9, trail);

    for (size_t lead = 0; lead < kLeads; ++lead) {
      for (size_t trail = 0; trail < kTrails; ++trail) {
        if (trail + 0x40 == 0x7F) continue;
        const char32_t raw = read(static_cast<uint8_t>(lead + 0x81), static_cast<uint8_t>(trail + 0x40));
        if (raw == 0) continue;
        const char32_t value = settled(raw);
        two_bytes[lead * kTrails + trail] = value;
        const auto code = static_cast<uint16_t>((lead + 0x81) << 8 | (trail + 0x40));
        two_byte_of.emplace(value, code);
        two_byte_of.emplace(raw, code);
      }
    }
  }

  char32_t settled(char32_t value) const {
    return value < kFirstVendor || value > kLastVendor ? value : vendor[value - kFirstVendor];
  }
};

const Tables& tables() {
  static const Tables kTables;
  return kTables;
}

Converter& threadConverter() {
  thread_local Converter converter;
  return converter;
}

}  // namespace

Gb18030Character gb18030At(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : uint8_t{0};
  };
  if (byte(0) == 0x80) return {U'€', 1};  // code page 936
  if (byte(0) == 0xFF) return {0, 1};
  const uint8_t second = byte(1);
  if (second >= 0x40 && second <= 0xFE && second != 0x7F) {
    const char32_t value =
        tables().two_bytes[static_cast<size_t>(byte(0) - 0x81) * kTrails + static_cast<size_t>(second - 0x40)];
    // A lead byte whose trail is missing must not swallow the delimiter behind it.
    if (value == 0) return {0, second < 0x80 ? 1u : 2u};
    return {value, 2};
  }
  const bool four =
      second >= 0x30 && second <= 0x39 && byte(2) >= 0x81 && byte(2) <= 0xFE && byte(3) >= 0x30 && byte(3) <= 0x39;
  if (!four) return {0, 1};
  const char32_t value = threadConverter().decode(bytes.data() + at, 4);
  return {value, 4};
}

void appendGb18030(std::string& out, char32_t value, bool two_bytes_only) {
  const auto found = tables().two_byte_of.find(value);
  if (found != tables().two_byte_of.end()) {
    out += static_cast<char>(found->second >> 8);
    out += static_cast<char>(found->second & 0xFF);
    return;
  }
  char bytes[4];
  const int32_t length = two_bytes_only ? 0 : threadConverter().encode(value, bytes);
  if (length == 0)
    out += '?';
  else
    out.append(bytes, static_cast<size_t>(length));
}

char32_t unicodeOfVendorCharacter(char32_t value) {
  return value < kFirstVendor || value > kLastVendor ? value : tables().settled(value);
}

}  // namespace fhir::base
