#pragma once
// One fuzz target is one file, <name>_fuzz.cpp, with one function:
//
//   FUZZ_TARGET(input) { (void)fhir::terminology::UcumUnit::parse(input); }
//
// It is built twice: as a libFuzzer program under sanitizers (`./dev fuzz`), and into the ordinary test program
// `fuzz_corpus`, which feeds it every file of corpus/<name>. `input` lies in memory of exactly its size, so that
// reading beyond is seen. FUZZ_CHECK states what must hold for every input.

#include <cstdio>
#include <cstdlib>
#include <string_view>

// FUZZ_NAME is given by CMake: fuzz_<name>.
void FUZZ_NAME(std::string_view input);
#define FUZZ_TARGET(input) void FUZZ_NAME([[maybe_unused]] std::string_view input)

#define FUZZ_CHECK(condition)                                                      \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
