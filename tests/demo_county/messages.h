#pragma once
// What the three institutions of the demo county send, as their systems really send it: layouts A, C and G of the
// connectors' documentation, with the usual quirks and some messages that are wrong on purpose.

#include <string>
#include <vector>

#include "tests/demo_county/population.h"

namespace demo_county {

struct Feed {
  std::vector<std::string> soap;                           // township centre: envelopes in UTF-8
  std::vector<std::string> hl7;                            // county laboratory: ORU^R01 in GB18030
  std::vector<std::pair<std::string, std::string>> files;  // village clinic: name, CSV in GBK
  size_t wrong = 0;                                        // messages and rows that must end up parked
};

Feed feedOf(const std::vector<Person>& people);

}  // namespace demo_county
