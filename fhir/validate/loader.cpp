#include "fhir/validate/loader.h"

#include "fhir/model/json_writer.h"
#include "fhir/validate/element_reader.h"

namespace fhir::validate {

using model::Document;

namespace {

constexpr size_t kMostEntries = 20'000;  // of a Bundle of definitions

bool looksLikeXml(std::string_view text) {
  const size_t at = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return at != std::string_view::npos && text[at] == '<';
}

}  // namespace

Loader::Loader() = default;
Loader::~Loader() = default;

base::Done Loader::add(std::string bytes, std::string_view name) {
  if (profiles_ == nullptr) {
    ASSIGN_OR_RETURN(profiles_, Profiles::create());
  }
  if (bytes.starts_with("\x1F\x8B")) return addPackage(bytes, name);
  base::Findings findings;
  auto document =
      looksLikeXml(bytes) ? Document::readXml(bytes, findings) : Document::readResource(std::move(bytes), findings);
  if (!document.ok()) {
    base::Error error = document.error();
    error.where = std::string(name) + (error.where.empty() ? "" : ":" + error.where);
    return error;
  }
  if (document->resourceType() == "Bundle") return addBundle(*document, name);
  return addResource(std::move(document).value(), name);
}

base::Done Loader::addBundle(const Document& bundle, std::string_view name) {
  const auto entries = childrenOf(bundle.root(), "entry");
  if (entries.size() > kMostEntries) return base::Error{base::Why::TooCostly, "too many entries", std::string(name)};
  for (path::Node entry : entries) {
    const path::Node resource = Document::child(entry, "resource");
    if (resource.tree == nullptr) continue;
    base::Findings findings;
    auto document = Document::readResource(model::writeJson(resource), findings);
    if (!document.ok()) return document.error();
    RETURN_IF_ERROR(addResource(std::move(document).value(), name));
  }
  return {};
}

base::Done Loader::addResource(Document document, std::string_view name) {
  const std::string_view type = document.resourceType();
  if (type != "StructureDefinition") return {};
  auto loaded = profiles_->load(std::make_shared<const Document>(std::move(document)));
  if (!loaded.ok()) {
    base::Error error = loaded.error();
    if (error.where.empty()) error.where = name;
    return error;
  }
  return {};
}

base::Done Loader::addPackage(std::string_view, std::string_view name) {
  return base::Error{base::Why::Unsupported, "packages are not read yet", std::string(name)};
}

base::Result<const Profiles*> Loader::finish() {
  if (profiles_ == nullptr) {
    ASSIGN_OR_RETURN(profiles_, Profiles::create());
  }
  profiles_->complete();
  lacks_ = profiles_->lacks();
  return static_cast<const Profiles*>(profiles_.get());
}

std::vector<std::string> Loader::lacks() const { return lacks_; }

terminology::Terminology* Loader::terminology() const { return nullptr; }

}  // namespace fhir::validate
