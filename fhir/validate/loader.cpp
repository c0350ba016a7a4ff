#include "fhir/validate/loader.h"

#include <algorithm>

#include "fhir/model/json_writer.h"
#include "fhir/model/package.h"
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
  base::Error error;
  if (terminology::LoadedTerminology::Builder::isTerminologyType(document.resourceType())) {
    if (codes_ == nullptr) codes_ = std::make_unique<terminology::LoadedTerminology::Builder>();
    auto added = codes_->add(document);
    if (added.ok()) return {};
    error = added.error();
  } else if (document.resourceType() == "StructureDefinition") {
    auto loaded = profiles_->load(std::make_shared<const Document>(std::move(document)));
    if (loaded.ok()) return {};
    error = loaded.error();
  } else {
    return {};
  }
  error.where = error.where.empty() ? std::string(name) : std::string(name) + ": " + error.where;
  return error;
}

base::Done Loader::addPackage(std::string_view bytes, std::string_view name) {
  auto read = model::Package::read(bytes);
  if (!read.ok()) {
    base::Error error = read.error();
    error.where = std::string(name) + (error.where.empty() ? "" : ": " + error.where);
    return error;
  }
  packages_.push_back(read->name());
  for (const auto& dependency : read->dependencies()) dependencies_.push_back(dependency.name);
  for (const model::PackageFile& file : read->files()) {
    const bool top = file.path.starts_with("package/") && file.path.find('/', 8) == std::string::npos;
    if (!top || !file.path.ends_with(".json") || file.path == "package/package.json" ||
        file.path == "package/.index.json")
      continue;
    base::Findings findings;
    auto document = Document::readResource(file.bytes, findings);
    if (!document.ok()) {
      lack(std::string(name) + ": " + file.path + " cannot be read: " + document.error().text());
      continue;
    }
    auto added = addResource(std::move(document).value(), file.path);
    if (!added.ok()) lack(std::string(name) + ": " + added.error().text());
  }
  return {};
}

void Loader::lack(std::string what) {
  if (std::find(lacks_.begin(), lacks_.end(), what) == lacks_.end()) lacks_.push_back(std::move(what));
}

base::Result<const Profiles*> Loader::finish() {
  if (profiles_ == nullptr) {
    ASSIGN_OR_RETURN(profiles_, Profiles::create());
  }
  profiles_->complete();
  for (const std::string& one : profiles_->lacks()) lack(one);
  for (const std::string& one : dependencies_) {
    const bool core = one.starts_with("hl7.fhir.r4.") || one.starts_with("hl7.terminology");
    if (!core && std::find(packages_.begin(), packages_.end(), one) == packages_.end())
      lack("the package " + one + ", which another needs, is not loaded");
  }
  if (codes_ != nullptr) terminology_ = codes_->build();
  return static_cast<const Profiles*>(profiles_.get());
}

std::vector<std::string> Loader::lacks() const { return lacks_; }

}  // namespace fhir::validate
