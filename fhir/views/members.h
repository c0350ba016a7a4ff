#pragma once
// The members that the objects of a view may have, and access to them with errors that name the place. Private to
// fhir/views.

#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/model/json_value.h"

namespace fhir::views {

// The text of the view, for places.
class Source {
 public:
  Source(std::string_view json, std::string_view file) : json_(json), file_(file) {}

  std::string place(const model::JsonValue& value) const;  // "file:line:column"
  base::LineColumn lineColumn(const model::JsonValue& value) const;
  const std::string& file() const { return file_; }
  base::Error error(const model::JsonValue& value, std::string what) const;

 private:
  std::string_view json_;
  std::string file_;
};

// What an object is, for messages, and its members besides those that every element has (id, extension, ...).
struct ObjectSpec {
  std::string_view what;  // "a column"
  std::span<const std::string_view> members;
};
extern const ObjectSpec kView, kSelect, kColumn, kConstant, kWhere, kTag;

// Is it an object without members that ViewDefinition does not know? `value[x]` of constants are left to the reader.
base::Done checkMembers(const Source& source, const model::JsonValue& value, const ObjectSpec& spec);

// nullptr when absent; an error when it has another kind, is empty, or is missing and `required`.
base::Result<const model::JsonValue*> stringMember(const Source& source, const model::JsonValue& object,
                                                   std::string_view name, const ObjectSpec& spec, bool required);
base::Result<const model::JsonValue*> arrayMember(const Source& source, const model::JsonValue& object,
                                                  std::string_view name, const ObjectSpec& spec, bool required);

// sql-name: ^[A-Za-z][A-Za-z0-9_]*$
bool isSqlName(std::string_view name);

}  // namespace fhir::views
