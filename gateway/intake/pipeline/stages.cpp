#include "gateway/intake/pipeline/stages.h"

#include "fhir/base/temporal.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"

namespace gateway::intake {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
namespace engine = mappings::engine;
namespace source_ns = mappings::source;
namespace store = record::store;

namespace {

engine::MapInput mapInput(const Source& source, const Message& message, std::string_view received,
                          const source_ns::Part& part) {
  engine::MapInput input;
  input.source = source.name;
  input.institution = source.institution;
  input.message_id = message.id;
  input.received = received;
  input.part = &part;
  return input;
}

store::WriteMode writeMode(engine::WriteMode mode) {
  switch (mode) {
    case engine::WriteMode::Ensure: return store::WriteMode::Ensure;
    case engine::WriteMode::Newer: return store::WriteMode::Newer;
    case engine::WriteMode::Replace: return store::WriteMode::Replace;
    case engine::WriteMode::Merge: return store::WriteMode::Merge;
  }
  return store::WriteMode::Newer;
}

// The parts as read for one mapping, each with that mapping when it accepts the part.
void takeAccepted(const engine::MapLibrary& library, const Source& source, const Message& message,
                  std::string_view received, const std::string& mapping, std::vector<source_ns::Part> parts,
                  std::vector<PartWork>& work, bool& any_accepted) {
  for (auto& part : parts) {
    PartWork one;
    one.part = std::move(part);
    if (one.part.error) {
      one.error = *one.part.error;
      any_accepted = true;
    } else {
      auto chosen = library.choose(one.part, source.format, {mapping});
      if (chosen.ok()) {
        any_accepted = true;
        one.mapping = *chosen;
        auto keys = library.orderKeys(one.mapping, mapInput(source, message, received, one.part));
        if (keys.ok()) {
          one.order_keys = std::move(keys).value();
        } else {
          one.error = keys.error();
        }
      } else {
        one.error = chosen.error();
      }
    }
    work.push_back(std::move(one));
  }
}

// One resource of the mapping's output as a write; findings of severity error are the reason to park.
Result<store::Write> toWrite(const engine::MappedResource& resource, uint64_t sequence) {
  fhir::base::Findings findings;
  ASSIGN_OR_RETURN(auto document, fhir::model::Document::readResource(resource.json, findings));
  for (const auto& finding : findings.list()) {
    if (finding.severity >= fhir::base::Severity::Error) {
      return Error{Why::Invalid, finding.what, resource.as + ": " + finding.expression};
    }
  }
  store::Write write;
  write.mode = writeMode(resource.mode);
  write.type = document.type();
  write.id = resource.id;
  write.document = std::move(document);
  write.order = resource.order;
  write.order_tie = sequence;
  write.merge_lists = resource.merge_lists;
  return write;
}

}  // namespace

std::string instantText(int64_t microseconds, int zone_minutes) {
  auto instant = fhir::base::Temporal::fromMicroseconds(microseconds, zone_minutes);
  instant.nanosecond = instant.nanosecond / 1'000'000 * 1'000'000;
  instant.fraction_digits = 3;
  return instant.text();
}

Result<std::vector<PartWork>> readStage(const engine::MapLibrary& library, const Source& source,
                                        const Message& message, int zone_minutes) {
  std::string received = instantText(message.received, zone_minutes);
  std::optional<Error> first_error;
  for (const std::string& mapping : source.mappings) {
    auto options = library.readOptions(mapping);
    if (!options.ok()) return options.error();
    if (!source.encoding.empty()) options->encoding = source.encoding;
    auto read = source_ns::readMessage(message.bytes, *options);
    if (!read.ok()) {
      if (!first_error) first_error = read.error();
      continue;
    }
    std::vector<PartWork> work;
    bool any_accepted = false;
    takeAccepted(library, source, message, received, mapping, std::move(read->parts), work, any_accepted);
    if (any_accepted || source.mappings.size() == 1) return work;
    if (!first_error && !work.empty() && work[0].error) first_error = *work[0].error;
  }
  if (!first_error) first_error = Error{Why::Invalid, "no mapping is configured for the source", source.name};
  return *first_error;
}

MappedWork mapStage(const engine::MapLibrary& library, const Source& source, const Message& message,
                    const PartWork& work, int zone_minutes) {
  MappedWork mapped;
  PartState& state = mapped.state;
  state.message = message.id;
  state.part = work.part.number;
  state.mapping = work.mapping;
  mapped.institution = source.institution;
  auto park = [&](const Error& error) {
    mapped.writes.clear();
    state.outcome = PartOutcome::Parked;
    state.reason = error.text();
    return std::move(mapped);
  };
  if (work.error) return park(*work.error);

  std::string received = instantText(message.received, zone_minutes);
  auto result = library.run(work.mapping, mapInput(source, message, received, work.part));
  if (!result.ok()) {
    state.mapping_version = library.version(work.mapping);
    return park(result.error());
  }
  engine::MappedPart& part = *result;
  state.mapping_version = part.mapping_version;
  state.part_key = part.part_key;
  if (!part.institution.empty()) mapped.institution = part.institution;
  for (const auto& field : part.fields) {
    if (field.use == engine::SourceField::Use::Unread) ++state.unread;
  }
  for (const auto& resource : part.resources) {
    auto write = toWrite(resource, message.sequence);
    if (!write.ok()) return park(write.error());
    mapped.writes.push_back(std::move(write).value());
    state.resources += resource.as + " " + resource.type + "/" + resource.id + "\n";
  }
  return mapped;
}

}  // namespace gateway::intake
