#include "gateway/app/artefact_files.h"

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
using fhir::model::Document;
using fhir::terminology::LoadedTerminology;
using fhir::validate::Profiles;

namespace {

constexpr std::string_view kTypes[] = {"CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition"};

std::string replaced(std::string text, std::string_view canonical) {
  constexpr std::string_view kMark = "{canonical}";
  for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + canonical.size())) {
    text.replace(at, kMark.size(), canonical);
  }
  return text;
}

constexpr std::string_view kStructure = "StructureDefinition";

// The text's first resourceType: a folder holds much else than ours, and not all of it can be read.
std::string_view typeOf(std::string_view json) {
  constexpr std::string_view kMember = "\"resourceType\"";
  size_t at = json.find(kMember);
  if (at == std::string_view::npos) return {};
  size_t begin = json.find('"', at + kMember.size());
  size_t end = begin == std::string_view::npos ? begin : json.find('"', begin + 1);
  if (end == std::string_view::npos) return {};
  return json.substr(begin + 1, end - begin - 1);
}

class ArtefactFiles {
 public:
  // `profiles` may be nullptr: then StructureDefinitions are passed over.
  ArtefactFiles(LoadedTerminology::Builder& builder, Profiles* profiles, std::string_view canonical,
                Findings& findings)
      : builder_(builder), profiles_(profiles), canonical_(canonical), findings_(findings) {}

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
    addJson(path, replaced(std::move(json), canonical_));
  }

  void addJson(const std::string& path, std::string json) {
    const std::string_view type = typeOf(json);
    if (LoadedTerminology::Builder::isTerminologyType(type)) {
      take(builder_.addJson(std::move(json), path), path);
    } else if (profiles_ != nullptr && type == kStructure) {
      Findings ignored;
      auto definition = Document::readResource(std::move(json), ignored);
      if (!definition) return complain(path, definition.error().text());
      addProfile(path, std::move(*definition));
    }
  }

  void addProfile(const std::string& path, Document definition) {
    auto loaded = profiles_->load(std::make_shared<const Document>(std::move(definition)));
    if (!loaded) complain(path, loaded.error().text());
  }

  // A resource of another type is none of ours.
  void take(const fhir::base::Done& added, const std::string& path) {
    if (!added && added.error().why != Why::Unsupported) complain(path, added.error().text());
  }

  void addXml(const std::string& path, const std::string& xml) {
    Findings ignored;
    auto resource = Document::readXml(xml, ignored);
    if (!resource) return complain(path, resource.error().text());
    if (profiles_ != nullptr && resource->resourceType() == kStructure) return addProfile(path, std::move(*resource));
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
      if (type == kStructure && profiles_ == nullptr) continue;
      for (const auto* resource : index.all(type)) addJson(resource->origin, std::string(resource->json));
    }
  }

  void complain(const std::string& path, const std::string& what) {
    findings_.add({Severity::Error, "structure", what, "", "", path});
  }

  LoadedTerminology::Builder& builder_;
  Profiles* profiles_;
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
  ArtefactFiles files(builder, nullptr, canonical, findings);
  for (const std::string& path : paths) RETURN_IF_ERROR(files.add(path));
  files.reportLacking();
  return builder.build();
}

fhir::base::Result<Artefacts> loadArtefacts(const std::vector<std::string>& paths, const std::string& canonical,
                                            Findings& findings) {
  LoadedTerminology::Builder builder;
  ASSIGN_OR_RETURN(std::unique_ptr<Profiles> profiles, Profiles::create());
  ArtefactFiles files(builder, profiles.get(), canonical, findings);
  for (const std::string& path : paths) RETURN_IF_ERROR(files.add(path));
  files.reportLacking();
  profiles->complete();
  for (const std::string& lack : profiles->lacks()) findings.add({Severity::Warning, "not-found", lack, "", "", ""});
  return Artefacts{builder.build(), std::move(profiles)};
}

}  // namespace gateway::app
