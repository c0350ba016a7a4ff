#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "gateway/app/commands.h"
#include "gateway/intake/pipeline/stages.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::app {

using fhir::base::Error;
using host::AdminOutput;
using intake::instantText;
using record::search::Rights;

namespace {

Rights traceRights() { return Rights::all("onecard trace"); }

std::string nameOf(const record::store::Version& version) {
  const auto* type = fhir::definitions::r4().type(version.type);
  return std::string(type == nullptr ? "?" : type->name) + "/" + version.id;
}

int failed(const AdminOutput& out, const Error& error) {
  out(error.text() + "\n");
  return 1;
}

int traceMessage(const CommandParts& parts, const intake::MessageState& state, const AdminOutput& out) {
  out("message " + state.id + " from source " + state.source + ", received " +
      instantText(state.received, parts.zone_minutes) + ", " + std::to_string(state.parts) + " part(s)\n");
  auto list = parts.pipeline.ledger().parts(state.id);
  if (!list.ok()) return failed(out, list.error());
  for (const auto& part : *list) {
    out("  part " + std::to_string(part.part) + ": " + std::string(toString(part.outcome)) + ", mapping " +
        part.mapping + " version " + part.mapping_version + ", unread fields " + std::to_string(part.unread) + "\n");
    const char* label = part.outcome == intake::PartOutcome::Done ? "    note: " : "    reason: ";
    if (!part.reason.empty()) out(label + part.reason + "\n");
    auto versions = parts.store.ofMessage(state.id, part.part);
    if (!versions.ok()) return failed(out, versions.error());
    std::string_view lines = part.resources;
    while (!lines.empty()) {
      size_t end = lines.find('\n');
      std::string_view line = lines.substr(0, end);
      lines.remove_prefix(end + 1);
      size_t blank = line.find(' ');
      std::string reference(line.substr(blank + 1));
      std::string effect = "unchanged";
      for (const auto& version : *versions) {
        if (nameOf(version) == reference) effect = "version " + std::to_string(version.version);
      }
      out("    " + std::string(line.substr(0, blank)) + "  " + reference + "  " + effect + "\n");
    }
  }
  return 0;
}

// Messages named by the Provenances whose target is the resource: also those that found it unchanged.
int traceProvenance(const CommandParts& parts, const std::string& reference, const AdminOutput& out) {
  const auto& definitions = fhir::definitions::r4();
  const auto* provenance = definitions.type("Provenance");
  auto query =
      record::search::parseQuery(provenance->number, {{"target", reference}, {"_count", "200"}}, definitions, {});
  if (!query.ok()) return failed(out, query.error());
  auto page = parts.store.search(*query, traceRights(), {}, {});
  if (!page.ok()) return failed(out, page.error());
  for (const auto& version : page->matches) {
    out("  Provenance/" + version.id + " by message " + version.message + " part " + std::to_string(version.part) +
        "\n");
  }
  if (!page->next_key.empty()) out("  (more)\n");
  return 0;
}

int traceResource(const CommandParts& parts, const std::string& reference, size_t slash, const AdminOutput& out) {
  const auto* type = fhir::definitions::r4().type(reference.substr(0, slash));
  if (type == nullptr) {
    out("no resource type is called " + reference.substr(0, slash) + "\n");
    return 1;
  }
  std::string after;
  std::optional<uint64_t> as_of;
  do {
    auto page = parts.store.history(type->number, reference.substr(slash + 1), traceRights(), 200, as_of, after);
    if (!page.ok()) return failed(out, page.error());
    if (after.empty()) out(reference + ", " + std::to_string(page->total) + " version(s)\n");
    for (const auto& version : page->versions) {
      std::string line = "  version " + std::to_string(version.version) + " of " +
                         instantText(version.last_updated, parts.zone_minutes) + (version.deleted ? ", deleted" : "");
      if (version.message.empty()) {
        line += ", through the FHIR interface";
      } else {
        line += ", institution " + version.institution + ", message " + version.message + " part " +
                std::to_string(version.part);
        auto list = parts.pipeline.ledger().parts(version.message);
        if (!list.ok()) return failed(out, list.error());
        for (const auto& part : *list) {
          if (part.part == version.part) line += ", mapping " + part.mapping + " version " + part.mapping_version;
        }
      }
      out(line + "\n");
    }
    after = page->next_key;
    as_of = page->sequence;
  } while (!after.empty());
  return traceProvenance(parts, reference, out);
}

}  // namespace

int traceCommand(const CommandParts& parts, const std::string& id, const AdminOutput& out) {
  size_t slash = id.find('/');
  if (slash != std::string::npos) return traceResource(parts, id, slash, out);
  auto state = parts.pipeline.ledger().message(id);
  if (!state.ok()) return failed(out, state.error());
  if (state->has_value()) return traceMessage(parts, **state, out);
  auto message = parts.inbox.read(id);
  if (!message.ok()) {
    out("neither a message id nor Type/id: " + id + "\n");
    return 1;
  }
  out("message " + id + " from source " + message->source + " waits to be processed\n");
  return 0;
}

}  // namespace gateway::app
