#pragma once
// The Parameters resource of an operation, in and out. Private to fhir/terminology.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/path/navigator.h"
#include "fhir/terminology/terminology.h"

namespace fhir::terminology {

class OperationInput {
 public:
  // Every name must be one of `known`; a name that begins with "*" there may be repeated ("*property").
  static base::Result<OperationInput> read(const model::Document& parameters,
                                           std::span<const std::string_view> known);

  bool has(std::string_view name) const { return find(name).tree != nullptr; }
  std::string_view text(std::string_view name) const;  // of a primitive value; empty when it is not there
  std::vector<std::string_view> texts(std::string_view name) const;
  path::Node value(std::string_view name) const;     // value[x]; tree == nullptr when it is not there
  path::Node resource(std::string_view name) const;  // the resource
  std::vector<path::Node> all(std::string_view name) const;

  // Why::Invalid naming the parameter when it is neither true nor false, or no number from 0.
  base::Result<bool> flag(std::string_view name, bool otherwise) const;
  base::Result<uint64_t> number(std::string_view name) const;

  static Coding codingOf(path::Node coding);
  static std::vector<Coding> codingsOf(path::Node codeable_concept);

 private:
  path::Node find(std::string_view name) const;
  std::vector<path::Node> parameters_;
};

// Writes a Parameters resource.
class OperationOutput {
 public:
  OperationOutput() : json_("{\"resourceType\":\"Parameters\",\"parameter\":[") {}

  // An empty value leaves the parameter out. Boolean and numbers are written as they are.
  OperationOutput& add(std::string_view name, std::string_view type, std::string_view value);
  OperationOutput& addCoding(std::string_view name, std::string_view system, std::string_view version,
                             std::string_view code, std::string_view display);
  // `json` is a whole value or resource: addRaw("issues", "resource", "{...}").
  OperationOutput& addRaw(std::string_view name, std::string_view member, std::string_view json);
  OperationOutput& begin(std::string_view name);  // a parameter with parts; end() closes it
  OperationOutput& end();
  std::string finish();

 private:
  void item(std::string_view name);
  std::string json_;
};

std::string codingJson(std::string_view system, std::string_view version, std::string_view code,
                       std::string_view display);
// ,"name":"value" (no comma after a brace); nothing for an empty value.
void appendMember(std::string& json, std::string_view name, std::string_view value);

}  // namespace fhir::terminology
