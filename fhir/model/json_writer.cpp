#include "fhir/model/json_writer.h"

#include "fhir/base/pretty_json.h"
#include "fhir/model/json_text.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// A FHIR primitive with extensions only has no token of its own.
bool hasToken(const Document::Tree& tree, const Record& record) {
  return record.kind != JsonKind::Null || &record == tree.records.data();
}

}  // namespace

std::string writeJson(path::Node node) {
  const Document::Tree& tree = treeOf(node);
  const Record& record = tree.records[node.index];
  std::string out;
  if (!hasToken(tree, record)) return "null";
  out.reserve(record.length);
  JsonText(tree.text).copyValue(record.offset, out);
  return out;
}

std::string writePrettyJson(path::Node node) { return base::prettyJson(writeJson(node)); }

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, run, i - run);
    run = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, run, text.size() - run);
  out += '"';
}

}  // namespace fhir::model
