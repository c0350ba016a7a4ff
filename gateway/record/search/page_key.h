#pragma once
// Where a page ended: the total, the sort values of its last match and that match's id and version. Says nothing that
// depends on other resources (no row numbers), so it is the same whether or not what the caller cannot see exists.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::record::search {

struct PageKey {
  std::optional<uint64_t> total;
  std::vector<sql::Value> sort;  // one for each sort key; null: the match has no value
  std::string id;
  uint64_t version = 0;
};

std::string writePageKey(const PageKey& key);
// Why::Invalid for anything that writePageKey() does not write.
fhir::base::Result<PageKey> readPageKey(std::string_view bytes);

}  // namespace gateway::record::search
