// JSON text, as tokens, as any JSON and as a FHIR resource. A resource that was read is written so that it is read
// again as the same.
#include <simdjson.h>

#include "fhir/base/json.h"
#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "tests/fuzz/target.h"

namespace {

using fhir::model::Document;

// Every token stands where it is said to stand.
class Tokens final : public fhir::base::JsonHandler {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}
  bool null(size_t offset) override { return stands("null", offset); }
  bool boolean(bool value, size_t offset) override { return stands(value ? "true" : "false", offset); }
  bool number(std::string_view text, size_t offset) override { return stands(text, offset); }
  bool string(std::string_view text, bool raw, size_t offset) override {
    return stands("\"", offset) && (!raw || stands(text, offset + 1));
  }
  bool key(std::string_view text, bool raw, size_t offset) override { return string(text, raw, offset); }
  bool startObject(size_t offset) override { return stands("{", offset); }
  bool endObject(size_t offset) override { return stands("}", offset); }
  bool startArray(size_t offset) override { return stands("[", offset); }
  bool endArray(size_t offset) override { return stands("]", offset); }

 private:
  bool stands(std::string_view token, size_t offset) const {
    FUZZ_CHECK(offset <= text_.size() && text_.substr(offset, token.size()) == token);
    return true;
  }
  std::string_view text_;
};

// The same texts are JSON for simdjson, but for its limits: numbers that fit 64 bits, 1024 levels, no byte order
// mark.
void compareWithSimdjson(std::string_view text, bool accepted) {
  static simdjson::dom::parser parser;
  const simdjson::error_code error = parser.parse(simdjson::padded_string(text)).error();
  const bool is_limit = error == simdjson::NUMBER_ERROR || error == simdjson::DEPTH_ERROR;
  if (!is_limit && !text.starts_with("\xEF\xBB\xBF")) FUZZ_CHECK(accepted == (error == simdjson::SUCCESS));
}

void writeAndReadAgain(const Document& document) {
  fhir::base::Findings findings;
  const std::string hash = contentHash(document);
  for (const std::string& text :
       {fhir::model::writeJson(document.root()), fhir::model::writePrettyJson(document.root())}) {
    auto again = Document::readResource(text, findings);
    FUZZ_CHECK(again.ok() && contentHash(*again) == hash);
  }
  fhir::model::StoredFormOptions options;
  options.id = "x";
  const std::string stored = storedForm(document, options);
  auto versioned =
      Document::readResource(fhir::model::withVersion(stored, "5", "2025-03-06T08:15:28.000+08:00"), findings);
  FUZZ_CHECK(versioned.ok() && versioned->versionId() == "5" && versioned->id() == "x");
}

}  // namespace

FUZZ_TARGET(input) {
  Tokens tokens(input);
  fhir::base::JsonLimits limits;
  limits.depth = 4096;
  compareWithSimdjson(input, fhir::base::readJson(input, tokens, limits).ok());
  if (auto plain = Document::readPlain(std::string(input)); plain.ok()) (void)fhir::model::writeJson(plain->root());
  fhir::base::Findings findings;
  if (auto document = Document::readResource(std::string(input), findings); document.ok())
    writeAndReadAgain(*document);
}
