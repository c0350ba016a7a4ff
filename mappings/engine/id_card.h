#pragma once
// The Chinese resident identity number (GB 11643, quirk Q09): normalise and check, never guess.

#include <cstdint>
#include <string>
#include <string_view>

namespace mappings::engine {

struct IdCard {
  enum class Kind {
    Absent,      // nothing in it
    Valid,       // 18 characters, check digit right
    WrongCheck,  // 18 characters of the right shape, check digit or birth date wrong
    Fake,        // a number that many people share: 111111..., 000000..., 12345678...
    Scientific,  // 9.90121E+17: a spreadsheet has destroyed the number
    Other,       // no identity number at all
  } kind = Kind::Absent;
  std::string number;      // as it should be written: upper-case X, 15 digits made 18
  std::string birth_date;  // "1976-08-25", for Valid
  bool female = false;     // for Valid
};

IdCard readIdCard(std::string_view text);

// The 18th character for 17 digits (MOD 11-2).
char idCardCheckDigit(std::string_view seventeen_digits);

}  // namespace mappings::engine
