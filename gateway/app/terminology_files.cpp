#include "gateway/app/terminology_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/model/canonical_index.h"
#include "fhir/model/document.h"
#include "fhir/model/package.h"

namespace gateway::app {

namespace fs = std::filesystem;
using fhir::base::Error;
using fhir::base::Findings;
using fhir::base::Severity;
using fhir::base::Why;
using fhir::terminology::LoadedTerminology;

namespace {

constexpr std::string_view kTypes[] = {"CodeSystem", "ValueSet", "ConceptMap"};

std::string replaced(std::string text, std::string_view canonical) {
  constexpr std::string_view kMark = "{canonical}";
  for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + canonical.size())) {
    text.replace(at, kMark.size(), canonical);
  }
  return text;
}

// Whether the text's first resourceType is one of ours: a folder holds much else, and not all of it can be read.
bool isTerminology(std::string_view json) {
  constexpr std::string_view kMember = "\"resourceType\"";
  size_t at = json.find(kMember);
  if (at == std::string_view::npos) return false;
  size_t begin = json.find('"', at + kMember.size());
  size_t end = begin == std::string_view::npos ? begin : json.find('"', begin + 1);
  if (end == std::string_view::npos) return false;
  return LoadedTerminology::Builder::isTerminologyType(json.substr(begin + 1, end - begin - 1));
}

class TerminologyFiles {
 public:
  TerminologyFiles(LoadedTerminology::Builder& builder, std::string_view canonical, Findings& findings)
      : builder_(builder), canonical_(canonical), findings_(findings) {}

  fhir::base::Done add(const std::string& path) {
    std::error_code failed;
    if (!fs::exists(path, failed)) return Error{Why::NotFound, "there is no such file or folder", path};
    if (!fs::is_directory(path, failed)) {
      addFile(path);
      return {};
    }
    std::vector<std::string> files;
    for (fs::recursive_directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
      std::string extension = at->path().extension().string();
      bool wanted = extension == ".json" || extension == ".xml" || extension == ".tgz";
      if (wanted && at->is_regular_file()) files.push_back(at->path().string());
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) addFile(file);
    return {};
  }

  void reportLacking() {
    for (const auto& lacking : packages_.lackingDependencies()) {
      findings_.add({Severity::Warning, "not-found",
                     "the package " + lacking.name + "#" + lacking.version + " is needed and not here", "", "", ""});
    }
  }

 private:
  void addFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    if (!file) return complain(path, "the file cannot be read");
    if (path.ends_with(".tgz")) return addPackage(path, bytes.str());
    if (path.ends_with(".xml")) return addXml(path, bytes.str());
    std::string json = bytes.str();
    if (isTerminology(json)) addJson(path, replaced(std::move(json), canonical_));
  }

  void addJson(const std::string& path, std::string json) { take(builder_.addJson(std::move(json), path), path); }

  // A resource of another type is none of ours.
  void take(const fhir::base::Done& added, const std::string& path) {
    if (!added && added.error().why != Why::Unsupported) complain(path, added.error().text());
  }

  void addXml(const std::string& path, const std::string& xml) {
    Findings ignored;
    auto resource = fhir::model::Document::readXml(xml, ignored);
    if (!resource) return complain(path, resource.error().text());
    take(builder_.add(*resource), path);
  }

  void addPackage(const std::string& path, const std::string& bytes) {
    auto package = fhir::model::Package::read(bytes);
    if (!package) return complain(path, package.error().text());
    fhir::model::CanonicalIndex index;
    auto shared = std::make_shared<const fhir::model::Package>(std::move(*package));
    packages_.add(shared, ignored_);
    index.add(shared, findings_);
    for (std::string_view type : kTypes) {
      for (const auto* resource : index.all(type)) addJson(resource->origin, std::string(resource->json));
    }
  }

  void complain(const std::string& path, const std::string& what) {
    findings_.add({Severity::Error, "structure", what, "", "", path});
  }

  LoadedTerminology::Builder& builder_;
  std::string_view canonical_;
  Findings& findings_;
  Findings ignored_;
  fhir::model::CanonicalIndex packages_;
};

}  // namespace

fhir::base::Result<std::shared_ptr<const LoadedTerminology>> loadTerminology(
    const std::vector<std::string>& paths, const std::string& canonical, Findings& findings,
    std::shared_ptr<const LoadedTerminology> below) {
  LoadedTerminology::Builder builder(std::move(below));
  TerminologyFiles files(builder, canonical, findings);
  for (const std::string& path : paths) RETURN_IF_ERROR(files.add(path));
  files.reportLacking();
  return builder.build();
}

}  // namespace gateway::app
