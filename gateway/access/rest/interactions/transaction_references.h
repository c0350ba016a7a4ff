#pragma once
// References between the entries of a transaction (R4 3.1.0.11.2, 3.1.0.11.3): what an entry's fullUrl names becomes
// "Type/id" in references, in elements of type uri, url and canonical, and in the links and images of narratives.
// Conditional references ("Patient?identifier=...") become the one resource that matches.

#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/model/document.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/interactions/transaction_plan.h"

namespace gateway::access::rest::interactions {

// Serves one transaction on one thread. Conditional references are looked up once each; their conditions are added to
// the plan.
class ReferenceRewriter {
 public:
  ReferenceRewriter(const Service& service, const Call& call, const fhir::model::Document& bundle,
                    TransactionPlan& plan)
      : service_(service), call_(call), bundle_(bundle), plan_(plan) {}

  // The entry's resource as it is to be stored.
  OrRefusal<std::string> rewritten(const AskedEntry& entry);

 private:
  struct Edit {
    uint64_t offset;
    uint64_t length;
    std::string text;  // JSON
  };

  // The new text of a reference; empty: it stays.
  OrRefusal<std::string> newReference(std::string_view text, std::string_view entry_base, const std::string& place);
  OrRefusal<std::string> conditional(std::string_view text, const std::string& place);
  std::string newNarrative(std::string_view text) const;
  const std::string* identity(std::string_view url) const;

  const Service& service_;
  const Call& call_;
  const fhir::model::Document& bundle_;
  TransactionPlan& plan_;
  std::unordered_map<std::string, std::string> found_;  // conditional reference -> "Patient/1"
};

}  // namespace gateway::access::rest::interactions
