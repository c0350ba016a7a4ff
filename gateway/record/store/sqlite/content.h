#pragma once
// Content: all that one version holds, finished for the writer: stored form, compressed body, hash, index rows.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/index/extractor.h"
#include "fhir/model/document.h"
#include "gateway/record/search/index_rows.h"
#include "gateway/record/store/sqlite/dictionaries.h"

namespace gateway::record::store {

struct Content {
  std::string stored;
  std::string hash;  // 16 bytes: equal means unchanged (design decision 12)
  int64_t dictionary = 0;
  std::string body;  // compressed
  search::IndexRows rows;
};
using ContentPtr = std::shared_ptr<const Content>;

// Thread-safe. The work is done on the calling thread.
class ContentMaker {
 public:
  ContentMaker(const fhir::index::Extractor& extractor, Dictionaries& dictionaries)
      : extractor_(extractor), dictionaries_(dictionaries) {}

  using Rewrite = std::function<std::optional<std::string>(std::string_view)>;
  // Why::Invalid: the document is of another type than `type`, or does not bear rewriting.
  fhir::base::Result<ContentPtr> make(fhir::definitions::TypeNumber type, std::string_view id,
                                      const fhir::model::Document& document, const Rewrite& rewrite) const;
  // From a stored form. `compress`: also makes the body.
  fhir::base::Result<ContentPtr> ofStored(std::string_view id, std::string stored, bool compress = true) const;

 private:
  void fill(Content& content, std::string_view id, const fhir::model::Document& document, bool compress) const;

  const fhir::index::Extractor& extractor_;
  Dictionaries& dictionaries_;
};

}  // namespace gateway::record::store
