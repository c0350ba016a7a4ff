// Runs the example of fhir/README.md against the installed library.
#include <iostream>

#include "readme_example.h"

int main() {
  const auto name = officialName(
      R"({"resourceType":"Patient","birthDate":"1970-01-02","name":[{"given":["A"]},{"use":"official","given":["B","C"]}]})");
  std::cout << (name.ok() ? *name : name.error().text()) << "\n";
  return name.ok() ? 0 : 1;
}
