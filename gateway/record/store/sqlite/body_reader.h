#pragma once
// Bodies of `version` -> stored form. One per connection, used by the connection's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

class BodyReader {
 public:
  explicit BodyReader(sql::Connection& connection);
  ~BodyReader();
  // The columns dictionary, raw_size and body. Why::Unavailable when the body is damaged.
  fhir::base::Result<std::string> unpack(int64_t dictionary, int64_t raw_size, std::string_view body);
  // The stored form of one version; Why::NotFound when it has none.
  fhir::base::Result<std::string> ofVersion(int64_t vkey);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gateway::record::store
