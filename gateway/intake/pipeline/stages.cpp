#include "gateway/intake/pipeline/stages.h"

#include <algorithm>

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

engine::MapInput mapInput(const Source& source, std::string_view message, std::string_view received,
                          const source_ns::Part& part) {
  engine::MapInput input;
  input.source = source.name;
  input.institution = source.institution;
  input.message_id = message;
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

constexpr uint32_t kMostRecords = 200'000;  // of one message's tree, about 100 bytes each: two are in hand at most
constexpr size_t kFirstParts = 64;          // enough to see whether a mapping accepts the message

// Characters that stand for something undecodable, in the texts of a part.
uint32_t replacedIn(const source_ns::SourceTree& tree) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  uint32_t count = 0;
  for (const auto& record : tree.records()) {
    for (size_t at = record.text.find(kReplacement); at != std::string_view::npos;
         at = record.text.find(kReplacement, at + kReplacement.size())) {
      ++count;
    }
  }
  return count;
}

// One resource of the mapping's output as a write. What is no FHIR is the reason to park; with a validation its
// policy grades all that is found, into `verdict`.
Result<store::Write> toWrite(const engine::MappedResource& resource, const Message& message, const Source& source,
                             int zone_minutes, Verdict& verdict) {
  fhir::base::Findings findings;
  ASSIGN_OR_RETURN(auto document, fhir::model::Document::readResource(resource.json, findings));
  if (source.validation) {
    // As of its receipt: the same message has the same findings whenever it is processed.
    const auto now = fhir::base::Temporal::fromMicroseconds(message.received, zone_minutes);
    source.validation->judge(resource.as, document, findings, now, verdict);
  } else {
    for (const auto& finding : findings.list()) {
      if (finding.severity >= fhir::base::Severity::Error) {
        return Error{Why::Invalid, finding.what, resource.as + ": " + finding.expression};
      }
    }
  }
  store::Write write;
  write.mode = writeMode(resource.mode);
  write.type = document.type();
  write.id = resource.id;
  write.document = std::move(document);
  write.order = resource.order;
  write.order_tie = message.sequence;
  write.merge_lists = resource.merge_lists;
  return write;
}

// What the verdict means for the part; false: it is not written.
bool followVerdict(const Verdict& verdict, MappedWork& mapped) {
  using fhir::validate::Grade;
  mapped.findings = verdict.findings();
  mapped.state.reason = verdict.text();
  if (verdict.grade() < Grade::Quarantine) return true;
  const bool refused = verdict.grade() == Grade::Reject;
  mapped.state.outcome = refused ? PartOutcome::Refused : PartOutcome::Parked;
  mapped.state.reason.insert(0, refused ? "rejected by the policy: " : "quarantined by the policy: ");
  mapped.state.resources.clear();
  mapped.writes.clear();
  return false;
}

}  // namespace

std::string instantText(int64_t microseconds, int zone_minutes) {
  auto instant = fhir::base::Temporal::fromMicroseconds(microseconds, zone_minutes);
  instant.nanosecond = instant.nanosecond / 1'000'000 * 1'000'000;
  instant.fraction_digits = 3;
  return instant.text();
}

size_t PartWork::bytes() const {
  return sizeof(PartWork) + part.length + part.tree.records().size() * sizeof(source_ns::SourceTree::Record);
}

ReadStage::ReadStage(const engine::MapLibrary& library, const Source& source, const Message& message,
                     int zone_minutes, std::string mapping, source_ns::PartReader reader)
    : library_(library),
      source_(source),
      message_id_(message.id),
      received_(instantText(message.received, zone_minutes)),
      mapping_(std::move(mapping)),
      reader_(std::move(reader)) {}

PartWork ReadStage::workOf(source_ns::Part part) const {
  PartWork one;
  one.part = std::move(part);
  if (one.part.error) {
    one.error = *one.part.error;
    return one;
  }
  if (reader_.replaced() > 0) one.replaced = replacedIn(one.part.tree);
  auto chosen = library_.choose(one.part, source_.format, {mapping_});
  if (!chosen.ok()) {
    one.error = chosen.error();
    return one;
  }
  one.mapping = *chosen;
  auto keys = library_.orderKeys(one.mapping, mapInput(source_, message_id_, received_, one.part));
  if (keys.ok()) {
    one.order_keys = std::move(keys).value();
  } else {
    one.error = keys.error();
  }
  return one;
}

void ReadStage::readFirst() {
  for (auto& part : reader_.next(kFirstParts)) first_.push_back(workOf(std::move(part)));
}

Result<ReadStage> ReadStage::open(const engine::MapLibrary& library, const Source& source, Message& message,
                                  int zone_minutes) {
  std::optional<Error> first_error;
  for (const std::string& mapping : source.mappings) {
    const bool last = &mapping == &source.mappings.back();
    auto options = library.readOptions(mapping);
    if (!options.ok()) return options.error();
    if (!source.encoding.empty()) options->encoding = source.encoding;
    options->max_records = std::min(options->max_records, kMostRecords);
    auto reader = last ? source_ns::PartReader::openAndFree(message.bytes, *options)
                       : source_ns::PartReader::open(message.bytes, *options);
    if (!reader.ok()) {
      if (!first_error) first_error = reader.error();
      continue;
    }
    ReadStage stage(library, source, message, zone_minutes, mapping, std::move(reader).value());
    stage.readFirst();
    bool any_accepted = false;
    for (const auto& one : stage.first_) any_accepted |= one.part.error.has_value() || !one.mapping.empty();
    if (any_accepted || source.mappings.size() == 1) {
      std::string().swap(message.bytes);
      return stage;
    }
    if (!first_error && !stage.first_.empty() && stage.first_[0].error) first_error = *stage.first_[0].error;
  }
  if (!first_error) first_error = Error{Why::Invalid, "no mapping is configured for the source", source.name};
  return *first_error;
}

std::vector<PartWork> ReadStage::next(size_t most) {
  std::vector<PartWork> work;
  if (!first_.empty()) {
    const size_t count = std::min(most, first_.size());
    for (size_t i = 0; i < count; ++i) work.push_back(std::move(first_[i]));
    first_.erase(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(count));
    return work;
  }
  for (auto& part : reader_.next(most)) work.push_back(workOf(std::move(part)));
  return work;
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
  auto result = library.run(work.mapping, mapInput(source, message.id, received, work.part));
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
  Verdict verdict;
  for (const auto& resource : part.resources) {
    auto write = toWrite(resource, message, source, zone_minutes, verdict);
    if (!write.ok()) return park(write.error());
    mapped.writes.push_back(std::move(write).value());
    state.resources += resource.as + " " + resource.type + "/" + resource.id + "\n";
  }
  if (!followVerdict(verdict, mapped)) return mapped;
  if (work.replaced > 0) {
    mapped.told = true;
    if (!state.reason.empty()) state.reason += "; ";
    state.reason += std::to_string(work.replaced) + (work.replaced == 1 ? " character" : " characters") +
                    " could not be decoded and became U+FFFD: text was lost before or in the message";
  }
  return mapped;
}

}  // namespace gateway::intake
