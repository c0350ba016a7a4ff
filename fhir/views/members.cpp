#include "fhir/views/members.h"

#include <algorithm>

namespace fhir::views {
namespace {

using model::JsonValue;

// CanonicalResource of the logical model ViewDefinition, with its own elements; resourceDefinition is that of
// resources beyond those of a FHIR release, which the view of version 3 is.
constexpr std::string_view kViewMembers[] = {"resourceType",
                                             "resourceDefinition",
                                             "meta",
                                             "implicitRules",
                                             "language",
                                             "text",
                                             "contained",
                                             "url",
                                             "identifier",
                                             "version",
                                             "name",
                                             "title",
                                             "status",
                                             "experimental",
                                             "date",
                                             "publisher",
                                             "contact",
                                             "description",
                                             "useContext",
                                             "jurisdiction",
                                             "purpose",
                                             "copyright",
                                             "approvalDate",
                                             "lastReviewDate",
                                             "effectivePeriod",
                                             "topic",
                                             "author",
                                             "editor",
                                             "reviewer",
                                             "endorser",
                                             "relatedArtifact",
                                             "versionAlgorithmString",
                                             "versionAlgorithmCoding",
                                             "copyrightLabel",
                                             "resource",
                                             "profile",
                                             "fhirVersion",
                                             "constant",
                                             "select",
                                             "where"};
constexpr std::string_view kSelectMembers[] = {"column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"};
// "tags": so the specification's own example of type hints has it.
constexpr std::string_view kColumnMembers[] = {"path", "name", "description", "collection", "type", "tag", "tags"};
constexpr std::string_view kConstantMembers[] = {"name"};
constexpr std::string_view kWhereMembers[] = {"path", "description"};
constexpr std::string_view kTagMembers[] = {"name", "value"};
constexpr std::string_view kElementMembers[] = {"id", "extension", "modifierExtension"};

bool among(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

base::Result<const JsonValue*> memberOfKind(const Source& source, const JsonValue& object, std::string_view name,
                                            const ObjectSpec& spec, bool required, JsonValue::Kind kind) {
  const JsonValue* found = object.find(name);
  if (!found) {
    if (required) return source.error(object, std::string(spec.what) + " needs the member " + std::string(name));
    return nullptr;
  }
  if (found->kind != kind) {
    return source.error(*found, std::string(name) + " must be " + std::string(model::toString(kind)) + ", not " +
                                    std::string(model::toString(found->kind)));
  }
  if (found->text.empty() && found->items.empty()) return source.error(*found, std::string(name) + " is empty");
  return found;
}

}  // namespace

const ObjectSpec kView{"a view", kViewMembers};
const ObjectSpec kSelect{"a select", kSelectMembers};
const ObjectSpec kColumn{"a column", kColumnMembers};
const ObjectSpec kConstant{"a constant", kConstantMembers};
const ObjectSpec kWhere{"a condition", kWhereMembers};
const ObjectSpec kTag{"a tag", kTagMembers};

base::LineColumn Source::lineColumn(const JsonValue& value) const { return base::lineColumn(json_, value.offset); }

std::string Source::place(const JsonValue& value) const {
  auto [line, column] = lineColumn(value);
  return file_ + ":" + std::to_string(line) + ":" + std::to_string(column);
}

base::Error Source::error(const JsonValue& value, std::string what) const {
  return base::invalid(std::move(what), place(value));
}

base::Done checkMembers(const Source& source, const JsonValue& value, const ObjectSpec& spec) {
  if (!value.isObject()) {
    return source.error(
        value, std::string(spec.what) + " must be an object, not " + std::string(model::toString(value.kind)));
  }
  for (const model::JsonMember& member : value.members) {
    // `_x` carries id and extensions of the primitive x.
    std::string_view name = member.name;
    if (name.starts_with('_')) name.remove_prefix(1);
    bool value_of_constant = &spec == &kConstant && name.starts_with("value");
    if (value_of_constant || among(spec.members, name) || among(kElementMembers, name)) continue;
    return source.error(member.value, std::string(spec.what) + " has no member " + member.name);
  }
  return {};
}

base::Result<const JsonValue*> stringMember(const Source& source, const JsonValue& object, std::string_view name,
                                            const ObjectSpec& spec, bool required) {
  return memberOfKind(source, object, name, spec, required, JsonValue::Kind::String);
}

base::Result<const JsonValue*> arrayMember(const Source& source, const JsonValue& object, std::string_view name,
                                           const ObjectSpec& spec, bool required) {
  return memberOfKind(source, object, name, spec, required, JsonValue::Kind::Array);
}

bool isSqlName(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

}  // namespace fhir::views
