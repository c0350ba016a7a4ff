#pragma once
// The interactions that this server offers (R4 3.1), one file each, and the table of them: the router matches against
// it and the CapabilityStatement is made from it, so that the two cannot differ.

#include <span>
#include <string>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/call.h"
#include "gateway/access/rest/dependencies.h"

namespace gateway::access::rest {

// What the interactions work with. One for all threads.
struct Service : Dependencies {
  explicit Service(Dependencies dependencies) : Dependencies(std::move(dependencies)) {}
  std::string capability_statement;  // JSON, made once
};

}  // namespace gateway::access::rest

namespace gateway::access::rest::interactions {

enum class Shape : uint8_t {
  System,             // [base]
  SystemHistory,      // [base]/_history
  Metadata,           // [base]/metadata
  Type,               // [base]/[type]
  TypeSearch,         // [base]/[type]/_search
  TypeHistory,        // [base]/[type]/_history
  Instance,           // [base]/[type]/[id]
  InstanceHistory,    // [base]/[type]/[id]/_history
  Version,            // [base]/[type]/[id]/_history/[version]
  TypeOperation,      // [base]/[type]/$[name]
  InstanceOperation,  // [base]/[type]/[id]/$[name]
};

// The query parameters besides _format and _pretty.
enum class Accepts : uint8_t {
  NoParameters,
  Subset /* _summary, _elements */,
  History /* _count, _since, _at, _page */,
  Search
};

struct Interaction {
  Shape shape;
  std::string_view method;
  std::string_view code;  // TypeRestfulInteraction, SystemRestfulInteraction; empty: not stated there (metadata)
  bool writes;
  Accepts accepts;
  Answer (*run)(const Service&, const Call&);
};

std::span<const Interaction> all();

// Checks what holds for every interaction (may the caller write, are the parameters known), then runs it.
Answer perform(const Interaction& interaction, const Service& service, const Call& call);

Answer capabilities(const Service& service, const Call& call);
Answer read(const Service& service, const Call& call);
Answer vread(const Service& service, const Call& call);
Answer create(const Service& service, const Call& call);  // also conditional: If-None-Exist
Answer update(const Service& service, const Call& call);
Answer updateMatching(const Service& service, const Call& call);  // conditional update
Answer patch(const Service& service, const Call& call);           // also conditional: PATCH [type]?criteria
Answer remove(const Service& service, const Call& call);          // delete
Answer removeMatching(const Service& service, const Call& call);  // conditional delete
Answer historyInstance(const Service& service, const Call& call);
Answer historyType(const Service& service, const Call& call);
Answer historySystem(const Service& service, const Call& call);
Answer searchType(const Service& service, const Call& call);
Answer batchOrTransaction(const Service& service, const Call& call);

}  // namespace gateway::access::rest::interactions
