#pragma once
// The people of the demo county: fictitious (region 990121 does not exist), with valid check digits, the same in
// every run.

#include <cstdint>
#include <string>
#include <vector>

namespace demo_county {

struct Person {
  std::string name;
  char sex = '1';  // GB/T 2261.1: 1 male, 2 female
  int year = 1970, month = 1, day = 1;
  std::string id_card;  // 18 characters, GB 11643
  std::string phone;
  std::string township_number;  // BRID at the township centre
  std::string county_number;    // patient number at the county hospital
  bool township = false, county = false, village = false;
};

// A sequence of numbers that depends on the seed alone.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint32_t roll(uint32_t sides);  // 0 .. sides-1

 private:
  uint64_t state_;
};

// GB 11643-1999: the check character of 17 digits (ISO 7064 MOD 11-2).
char idCardCheck(const std::string& digits17);

// The first is Li Xiuying of the layouts in the documentation, who was at all three institutions.
std::vector<Person> population(size_t count);

}  // namespace demo_county
