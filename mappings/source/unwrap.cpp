#include "mappings/source/unwrap.h"

#include "fhir/base/text.h"
#include "mappings/source/encodings.h"
#include "mappings/source/form_reader.h"
#include "mappings/source/json_reader.h"
#include "mappings/source/tree_path.h"
#include "mappings/source/xml_reader.h"

namespace mappings::source {

namespace {

using fhir::base::Done;

// Inner offsets count only when the payload stands in the message byte for byte.
Origin originOf(const SourceTree::Record& holder, std::string_view message) {
  const bool inside = holder.offset <= message.size();
  const bool exact = inside && message.substr(holder.offset, holder.text.size()) == holder.text;
  return {holder.offset, exact};
}

Done unwrapBase64(SourceTree& tree, uint32_t node) {
  ASSIGN_OR_RETURN(const std::string bytes, fhir::base::base64Decode(tree.records()[node].text));
  const std::string declared = fhir::base::isUtf8(bytes) ? "UTF-8" : declaredXmlEncoding(bytes);
  ASSIGN_OR_RETURN(const Decoded decoded, decode(bytes, declared));
  tree.setText(node, tree.keep(decoded.text));
  return {};
}

Done unwrapNode(SourceTree& tree, uint32_t node, UnwrapStep::Kind kind, std::string_view message,
                const ReadLimits& limits) {
  const std::string_view text = tree.records()[node].text;
  const Origin origin = originOf(tree.records()[node], message);
  switch (kind) {
    case UnwrapStep::Kind::Base64: return unwrapBase64(tree, node);
    case UnwrapStep::Kind::Xml: RETURN_IF_ERROR(readXmlInto(tree, node, text, origin, limits)); break;
    case UnwrapStep::Kind::Json: RETURN_IF_ERROR(readJsonInto(tree, node, text, origin, limits)); break;
    case UnwrapStep::Kind::Form: RETURN_IF_ERROR(readFormInto(tree, node, text, origin, "", limits)); break;
  }
  if (tree.records()[node].first_child != 0) tree.setText(node, {});
  return {};
}

}  // namespace

std::vector<UnwrapFailure> unwrap(SourceTree& tree, std::string_view message, const ReadOptions& options) {
  std::vector<UnwrapFailure> failures;
  const ReadLimits limits{options.max_depth, options.max_records};
  for (const UnwrapStep& step : options.unwrap) {
    for (const uint32_t node : nodesAt(tree, step.at)) {
      if (tree.records()[node].text.empty()) continue;
      const Done done = unwrapNode(tree, node, step.kind, message, limits);
      if (done.ok()) continue;
      fhir::base::Error error = done.error();
      const std::string place = tree.placeOf({&tree, node, 0});
      error.where = error.where.empty() ? place : place + " " + error.where;
      failures.push_back({node, std::move(error)});
    }
  }
  return failures;
}

}  // namespace mappings::source
