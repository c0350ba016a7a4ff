// Mapping functions for keys, references and people's numbers and names.

#include "fhir/base/digest.h"
#include "mappings/engine/date_reader.h"
#include "mappings/engine/id_card.h"
#include "mappings/engine/map_runner.h"
#include "mappings/engine/plain_text.h"
#include "mappings/engine/shard_key.h"
#include "mappings/engine/surroundings.h"

namespace mappings::engine {

using fhir::path::Collection;
using fhir::path::FunctionCall;
using fhir::path::Item;
using fhir::path::ItemKind;
using Read = MappingCall::Read;

// key(a, b): every part must be there, and be one.
FunctionResult keyFunction(FunctionCall& call) {
  MappingCall mapping(call);
  std::string out;
  for (size_t i = 0; i < mapping.arguments(); ++i) {
    ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.argument(i), Read::Compared));
    std::string part = plainText(text);
    std::erase(part, kKeySeparator);
    if (part.empty())
      return fhir::base::invalid("part " + std::to_string(i + 1) +
                                 " of the key is empty: nothing can be stored without it");
    if (i > 0) out += kKeySeparator;
    out += part;
  }
  return mapping.text(out);
}

// ref(%patient): references to the resources of that name. ref('Encounter', key(...)): to one of another message.
FunctionResult refFunction(FunctionCall& call) {
  MappingCall mapping(call);
  Surroundings& around = mapping.around();
  Collection out = mapping.nothing();
  const auto add = [&](std::string_view reference) {
    BuiltValue* value = BuiltValue::object(mapping.arena(), "Reference");
    value->add(mapping.arena(), "reference", reference);
    out.push_back(value->item());
    around.reference_made = true;
  };
  if (mapping.arguments() == 1) {
    for (const Item& item : mapping.argument(0)) {
      if (item.kind() != ItemKind::String || item.string().find('/') == std::string_view::npos)
        return fhir::base::invalid("ref() takes the $as name of a resource, ref(%patient), or a type and a key");
      add(item.string());
    }
    return out;
  }
  const std::string_view type = mapping.literal(0);
  ASSIGN_OR_RETURN(std::string_view key, mapping.singleText(mapping.argument(1), Read::Compared));
  if (key.empty()) return out;
  const std::string shard = shardKey(type, key, around.patient_key, around.institution);
  const std::string reference =
      std::string(type) + "/" + sourceOwnedId(around.site_key, around.institution, type, keyParts(key), shard);
  around.outside.insert(reference);
  add(mapping.arena().keep(reference));
  return out;
}

FunctionResult hashFunction(FunctionCall& call) {
  MappingCall mapping(call);
  std::string bytes;
  for (size_t i = 0; i < mapping.arguments(); ++i) {
    ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.argument(i), Read::Compared));
    bytes += std::to_string(text.size()) + ":" + std::string(text);
  }
  const auto digest = fhir::base::hmacSha256(mapping.around().site_key, bytes);
  return mapping.text(fhir::base::base32Lower(digest.data(), 16));
}

namespace {

void checkAgainst(MappingCall& mapping, const IdCard& card) {
  if (mapping.arguments() > 0 && !mapping.argument(0).empty()) {
    const std::string_view sex = mapping.textOf(mapping.argument(0)[0], Read::Compared);
    if ((sex == "male" && card.female) || (sex == "female" && !card.female))
      mapping.warn("business-rule", "the identity number says another sex than the message", mapping.input());
  }
  if (mapping.arguments() > 1 && !mapping.argument(1).empty()) {
    const std::string_view text = mapping.textOf(mapping.argument(1)[0], Read::Compared);
    const auto birth = readDate(text, mapping.around().zone_minutes);
    if (birth.ok() && birth->kind == ReadDate::Kind::Value &&
        birth->value.text().substr(0, 10) !=
            card.birth_date.substr(0, std::min<size_t>(10, birth->value.text().size())))
      mapping.warn("business-rule", "the identity number says another birth date than the message", mapping.input());
  }
}

}  // namespace

// x.idcard(sex, birthDate): the resident identity number as it should be written; what is none gives nothing.
FunctionResult idcardFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  const IdCard card = readIdCard(text);
  switch (card.kind) {
    case IdCard::Kind::Absent: return mapping.nothing();
    case IdCard::Kind::Scientific:
      return mapping.wrong("is an identity number in scientific notation: its digits are lost", mapping.input());
    case IdCard::Kind::Fake:
      mapping.warn("business-rule", "an identity number that many people share: not taken over", mapping.input());
      return mapping.nothing();
    case IdCard::Kind::Other:
      mapping.warn("value", "is no resident identity number: not taken over", mapping.input());
      return mapping.nothing();
    case IdCard::Kind::WrongCheck:
      mapping.warn("value", "the identity number's check digit or birth date is wrong", mapping.input());
      break;
    case IdCard::Kind::Valid: checkAgainst(mapping, card); break;
  }
  return mapping.text(card.number);
}

FunctionResult personNameFunction(FunctionCall& call) {
  MappingCall mapping(call);
  ASSIGN_OR_RETURN(std::string_view text, mapping.singleText(mapping.input(), Read::Taken));
  const std::string name = withoutRemark(text);
  if (name != plainText(text))
    mapping.warn("informational", "a remark in brackets behind the name was left out", mapping.input(),
                 fhir::base::Severity::Information);
  return mapping.text(name);
}

}  // namespace mappings::engine
