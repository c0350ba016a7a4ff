#pragma once
// A small record of several people who are woven together (shared clinic, references from one person's resources to
// another's), made from a seed: for tests of what a restricted caller may learn.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace tests::support {

struct StoredResource {
  std::string type, id;
  std::string json;
  std::string owner;  // the Patient in whose compartment it is; empty: nobody's
};

// Resources of `owner` and of nobody come in the same order, with the same content, whoever the others are.
std::vector<StoredResource> countyRecords(const std::string& owner, const std::vector<std::string>& others);

// Queries below the base, without end: searches over all parameters of the types in the records (chains, _has,
// includes, sorting, counts), reads, versions, histories. Equal seeds give equal queries.
class QuerySource {
 public:
  QuerySource(uint64_t seed, std::vector<StoredResource> records);
  std::string next();

 private:
  template <typename T>
  const T& any(const std::vector<T>& list) {
    return list[random_() % list.size()];
  }
  bool oneIn(unsigned n) { return random_() % n == 0; }
  std::vector<std::string> referencesTo(const std::string& type) const;
  std::string value(const std::string& type, const std::string& parameter);
  std::string clause(const std::string& type, unsigned depth);
  std::string search();

  std::mt19937_64 random_;
  std::vector<StoredResource> records_;
  std::vector<std::string> types_;
};

}  // namespace tests::support
