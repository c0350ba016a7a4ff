#include "mappings/engine/surroundings.h"

#include "mappings/engine/object_parser.h"
#include "mappings/engine/plain_text.h"

namespace mappings::engine {

using fhir::path::Collection;
using fhir::path::HostFunction;
using fhir::path::Item;

std::span<const HostFunction> mappingFunctions() {
  static constexpr HostFunction kFunctions[] = {
      {"groups", 1, 255, groupsFunction},
      {"following", 1, 1, followingFunction},
      {"written", 0, 0, writtenFunction},
      {"join", 0, 1, joinFunction},
      {"latest", 0, 0, latestFunction},
      {"coalesce", 1, 255, coalesceFunction},
      {"plain", 0, 0, plainFunction},
      {"words", 0, 0, wordsFunction},
      {"narrative", 0, 0, narrativeFunction},
      {"lookup", 1, 2, lookupFunction},
      {"resolve", 0, 0, resolveFunction},
      {"date", 0, 1, dateFunction},
      {"dateTime", 0, 1, dateTimeFunction},
      {"instant", 0, 0, instantFunction},
      {"coding", 2, 3, codingFunction},
      {"concept", 0, 2, conceptFunction},
      {"translate", 1, 3, translateFunction},
      {"system", 1, 1, systemFunction},
      {"url", 1, 1, urlFunction},
      {"declared", 1, 1, declaredFunction},
      {"number", 0, 0, numberFunction},
      {"quantity", 0, 1, quantityFunction},
      {"ratio", 0, 0, ratioFunction},
      {"range", 0, 1, rangeFunction},
      {"interpret", 1, 2, interpretFunction},
      {"kind", 0, 255, kindFunction},
      {"key", 1, 255, keyFunction},
      {"ref", 1, 2, refFunction},
      {"hash", 1, 255, hashFunction},
      {"idcard", 0, 2, idcardFunction},
      {"personName", 0, 0, personNameFunction},
  };
  return kFunctions;
}

Collection MappingCall::one(const Item& item) {
  Collection out(arena());
  out.push_back(item);
  return out;
}

Collection MappingCall::text(std::string_view text) {
  Collection out(arena());
  if (!text.empty()) out.push_back(Item::string(arena().keep(text)));
  return out;
}

std::string_view MappingCall::textOf(const Item& item, Read read) {
  PartView& part = around_.part;
  const uint32_t record = part.recordOf(item);
  if (record == 0) {
    std::string_view text;
    return item.text(arena(), text) ? text : std::string_view();
  }
  if (read == Read::Taken)
    part.consume(item);
  else
    part.read(item);
  const uint32_t leaf = part.textLeaf(record);
  return leaf == 0 ? std::string_view() : part.tree().records()[leaf].text;
}

std::string_view MappingCall::writtenOf(const Item& item) {
  PartView& part = around_.part;
  const uint32_t record = part.recordOf(item);
  if (record == 0) return textOf(item, Read::Taken);
  part.consumeAll(item);
  return arena().keep(part.written(record));
}

fhir::base::Result<std::string_view> MappingCall::singleText(const Collection& items, Read read) {
  if (items.empty()) return std::string_view();
  if (items.size() > 1) return wrong("has several values; first() if that is meant", items);
  return textOf(items[0], read);
}

std::string_view MappingCall::literal(size_t i) {
  std::string_view text;
  if (i < arguments() && argument(i).size() == 1) argument(i)[0].text(arena(), text);
  return text;
}

void MappingCall::warn(std::string_view code, std::string_view what, const Collection& about,
                       fhir::base::Severity severity) {
  fhir::base::Finding finding;
  finding.severity = severity;
  finding.code = std::string(code);
  finding.what = std::string(what);
  finding.expression = std::string(around_.element);
  if (around_.rule != nullptr) finding.rule = around_.rule->text();
  if (!about.empty()) finding.source = around_.part.placeOf(about[0]);
  around_.findings.add(std::move(finding));
}

fhir::base::Error MappingCall::wrong(std::string_view what, const Collection& about) {
  std::string text = about.empty() ? std::string() : around_.part.placeOf(about[0]);
  if (text.empty()) text = "the value";
  return fhir::base::invalid(text + " " + std::string(what));
}

std::string MappingCall::localSystem(std::string_view name) const {
  return std::string(around_.canonical) + "code/" + around_.institution + "/" + std::string(name);
}

BuiltValue* MappingCall::coding(std::string_view system_uri, std::string_view code, std::string_view display) {
  BuiltValue* coding = BuiltValue::object(arena(), "Coding");
  coding->add(arena(), "system", system_uri);
  coding->add(arena(), "code", code);
  coding->add(arena(), "display", display);
  coding->text = arena().keep(code);
  coding->scalar = fhir::path::ScalarKind::String;
  return coding;
}

std::vector<std::string> keyParts(std::string_view key) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at = 0; at <= key.size(); ++at) {
    if (at < key.size() && key[at] != kKeySeparator) continue;
    parts.emplace_back(key.substr(begin, at - begin));
    begin = at + 1;
  }
  return parts;
}

}  // namespace mappings::engine
