#include "gateway/access/rest/interactions/stored_version.h"

#include <algorithm>
#include <future>

#include "fhir/base/text.h"
#include "fhir/model/document.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::store::Batch;
using record::store::CommitResult;
using record::store::Effect;
using record::store::Version;
using record::store::WriteOutcome;

namespace {

// RFC 9110 13.2.2: If-Modified-Since counts only without If-None-Match.
bool notModified(const Preconditions& preconditions, const Version& version) {
  const EntityTags& tags = preconditions.if_none_match;
  if (!tags.empty())
    return tags.any || std::find(tags.versions.begin(), tags.versions.end(), version.version) != tags.versions.end();
  if (!preconditions.if_modified_since) return false;
  return version.last_updated / 1'000'000 <= *preconditions.if_modified_since;
}

// The content of a Binary in its own type (R4 2.41.5). False: it has none that could be shown.
bool showContent(const std::string& json, Answer& answer) {
  fhir::base::Findings findings;
  auto binary = fhir::model::Document::readResource(json, findings);
  if (!binary.ok()) return false;
  std::string type = memberText(binary->root(), "contentType");
  bool plain = std::all_of(type.begin(), type.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (type.find('/') == std::string::npos || !plain) return false;
  auto content = fhir::base::base64Decode(memberText(binary->root(), "data"));
  if (!content.ok()) return false;
  answer.content = std::move(content).value();
  answer.content_type = std::move(type);
  return true;
}

Issue writtenIssue(Effect effect) {
  switch (effect) {
    case Effect::Created: return informationIssue("MSG_CREATED", "the resource was created");
    case Effect::Deleted: return informationIssue("MSG_DELETED_DONE", "the resource was deleted");
    case Effect::Unchanged: return informationIssue({}, "the resource was there already, unchanged");
    default: return informationIssue("MSG_UPDATED", "the resource was updated");
  }
}

}  // namespace

std::string versionPath(std::string_view type_name, std::string_view id, uint64_t version) {
  std::string path(type_name);
  path += '/';
  path += id;
  path += "/_history/";
  path += std::to_string(version);
  return path;
}

Answer showVersion(const Service& service, const Call& call, Version version) {
  Answer answer;
  answer.version = version.version;
  answer.last_modified = version.last_updated;
  if (notModified(call.preconditions, version)) {
    answer.status = 304;
    return answer;
  }
  if (call.wants_content && version.type == call.type && showContent(version.json, answer)) return answer;
  ASSIGN_OR_REFUSE(Subset subset, subsetOf(call.parameters));
  answer.resource = subset.everything() ? std::move(version.json)
                                        : subsetted(version.json, version.type, subset, service.definitions);
  return answer;
}

Answer showWritten(const Service& service, const Call& call, const WriteOutcome& outcome, int status,
                   Return otherwise) {
  Answer answer;
  answer.status = status;
  answer.version = outcome.version;
  answer.last_modified = outcome.last_updated;
  answer.location = versionPath(service.definitions.type(outcome.type)->name, outcome.id, outcome.version);
  switch (call.preferences.returns.value_or(otherwise)) {
    case Return::Minimal: break;
    case Return::Outcome: answer.issues.push_back(writtenIssue(outcome.effect)); break;
    case Return::Representation: {
      auto version = service.store.readVersion(outcome.type, outcome.id, outcome.version, call.rights);
      // The write is on disk: a failing read must not make it look undone.
      if (version.ok()) answer.resource = std::move(version->json);
      break;
    }
  }
  return answer;
}

fhir::base::Result<CommitResult> commitAndWait(const Service& service, Batch batch) {
  try {
    return service.store.commit(std::move(batch)).get();
  } catch (const std::future_error&) {
    return fhir::base::Error{Why::Unavailable, "the store is shutting down", {}};
  }
}

}  // namespace gateway::access::rest::interactions
