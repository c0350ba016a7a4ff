#pragma once
// Private to fhir/path.

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

class Evaluator;

// Which entry of a Bundle a reference names: by fullUrl, or as Type/id. Filled at the first question, so that
// many references cost one pass over the entries.
class BundleIndex {
 public:
  // `bundle` is the outermost node over a resource; nothing is found when it is no Bundle.
  std::optional<Item> find(Evaluator& evaluator, const Item& bundle, std::string_view reference);

 private:
  struct Entry {
    std::string_view key;
    Item resource;
    uint64_t hash;
    Entry* next;
  };
  void fill(Evaluator& evaluator, const Item& bundle);
  void add(Evaluator& evaluator, std::string_view key, const Item& resource);

  Node bundle_;
  Entry** buckets_ = nullptr;
  size_t bucket_count_ = 0;
};

}  // namespace fhir::path
