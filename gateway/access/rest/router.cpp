#include "gateway/access/rest/router.h"

#include <charconv>
#include <optional>
#include <vector>

#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/operations/operations.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest {

using interactions::Shape;

namespace {

std::optional<std::vector<std::string>> segmentsOf(std::string_view path) {
  constexpr size_t kMost = 8;
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty() && segments.size() < kMost) {
    size_t slash = path.find('/');
    auto segment = percentDecoded(path.substr(0, slash));
    if (!segment) return std::nullopt;
    segments.push_back(*std::move(segment));
    if (slash == std::string_view::npos) break;
    path = path.substr(slash + 1);
    if (path.empty()) segments.emplace_back();
  }
  return segments;
}

Answer notOffered(std::string what) { return refuse(Refusal::UnknownOperation, std::move(what)); }

std::optional<uint64_t> versionNumber(std::string_view text) {
  uint64_t version = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), version);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || version == 0)
    return std::nullopt;
  return version;
}

// $name on a type (route.id is empty) or on an instance.
OrRefusal<Shape> operationShape(std::string_view name, bool last, Route& route) {
  bool on_instance = !route.id.empty();
  if (!last || operations::findOperation(route.type_name, name, on_instance) == nullptr)
    return notOffered("this operation is not offered");
  route.operation = name;
  return on_instance ? Shape::InstanceOperation : Shape::TypeOperation;
}

// The shape below a known type; fills id, version and operation.
OrRefusal<Shape> shapeBelowType(const fhir::definitions::Definitions& definitions,
                                const std::vector<std::string>& segments, Route& route) {
  if (segments.size() == 1) return Shape::Type;
  const std::string& second = segments[1];
  if (second.starts_with('$')) return operationShape(std::string_view(second).substr(1), segments.size() == 2, route);
  if (second == "_search" && segments.size() == 2) return Shape::TypeSearch;
  if (second == "_history" && segments.size() == 2) return Shape::TypeHistory;
  if (second.starts_with('_')) return refuse(Refusal::UnknownPath, "there is nothing at this path");
  route.id = second;
  if (segments.size() == 2) return Shape::Instance;
  const std::string& third = segments[2];
  if (third.starts_with('$')) return operationShape(std::string_view(third).substr(1), segments.size() == 3, route);
  const auto* compartment = definitions.type(third);
  if (third == "*" || (compartment != nullptr && definitions.isResource(compartment->number)))
    return notOffered("search in a compartment is not offered; use the search parameter instead");
  if (third != "_history" || segments.size() > 4)
    return refuse(Refusal::UnknownPath, "there is nothing at this path");
  if (segments.size() == 3) return Shape::InstanceHistory;
  auto version = versionNumber(segments[3]);
  if (!version) return refuse({fhir::base::Why::NotFound, "there is no such version", {}});
  route.version = *version;
  return Shape::Version;
}

OrRefusal<Shape> shapeOf(const fhir::definitions::Definitions& definitions, const std::vector<std::string>& segments,
                         Route& route) {
  if (segments.empty()) return Shape::System;
  const std::string& first = segments[0];
  if (first == "metadata" && segments.size() == 1) return Shape::Metadata;
  if (first.starts_with('$')) return notOffered("this operation is not offered");
  if (first == "_history" && segments.size() == 1) return Shape::SystemHistory;
  if (first == "_search") return notOffered("search over all types is not offered");
  const auto* type = definitions.type(first);
  if (type == nullptr || !definitions.isResource(type->number))
    return refuse(Refusal::UnknownType, "FHIR R4 has no resource type of this name");
  route.type = type->number;
  route.type_name = type->name;
  return shapeBelowType(definitions, segments, route);
}

}  // namespace

OrRefusal<Route> route(const fhir::definitions::Definitions& definitions, std::string_view method,
                       std::string_view path) {
  auto segments = segmentsOf(path);
  if (!segments) return refuse(fhir::base::invalid("the path has a broken percent-escape"));
  Route route;
  ASSIGN_OR_REFUSE(Shape shape, shapeOf(definitions, *segments, route));
  if (method == "HEAD") method = "GET";
  std::string allow;
  for (const auto& interaction : interactions::all()) {
    if (interaction.shape != shape) continue;
    if (interaction.method == method) {
      route.interaction = &interaction;
      return route;
    }
    if (allow.find(interaction.method) != std::string::npos) continue;
    if (!allow.empty()) allow += ", ";
    allow += interaction.method;
    if (interaction.method == "GET") allow += ", HEAD";
  }
  if (method == "OPTIONS") {
    Answer answer;
    answer.status = 204;
    answer.allow = allow + ", OPTIONS";
    return answer;
  }
  Answer refusal = refuse(Refusal::WrongMethod, "this path does not take this method; it takes " + allow);
  refusal.allow = allow;
  return refusal;
}

}  // namespace gateway::access::rest
