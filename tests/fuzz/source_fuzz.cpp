// Foreign messages. The first line says how they are read: format, encoding and, after these, the path at which they
// are split.
#include <array>
#include <sstream>

#include "mappings/source/source_reader.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  const size_t end = input.find('\n');
  if (end == std::string_view::npos) return;
  mappings::source::ReadOptions options;
  std::istringstream words{std::string(input.substr(0, end))};
  words >> options.format >> options.encoding >> options.split;
  if (options.encoding == "-") options.encoding.clear();
  if (options.format == "nested") {  // XML that carries XML or JSON in its element `x`
    using mappings::source::UnwrapStep;
    options.format = "xml";
    options.unwrap = {
        {UnwrapStep::Kind::Base64, "a.x"}, {UnwrapStep::Kind::Json, "a.y"}, {UnwrapStep::Kind::Xml, "a.z"}};
  }
  auto message = readMessage(input.substr(end + 1), options);
  if (!message.ok()) return;
  FUZZ_CHECK(!message->parts.empty());
  for (const auto& part : message->parts) {
    if (part.error) continue;
    for (uint32_t i = 0; i < part.tree.records().size(); ++i) (void)part.tree.placeOf({&part.tree, i, 0});
  }
}
