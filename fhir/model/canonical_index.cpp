#include "fhir/model/canonical_index.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "fhir/base/json.h"
#include "fhir/model/canonical.h"

namespace fhir::model {
namespace {

// The texts of an object's own members; what is nested is passed over.
class TopTexts final : public base::JsonHandler {
 public:
  explicit TopTexts(CanonicalResource& out) : out_(out) {}

  bool null(size_t) override { return true; }
  bool boolean(bool, size_t) override { return true; }
  bool number(std::string_view, size_t) override { return true; }
  bool string(std::string_view text, bool, size_t) override {
    if (depth_ == 1 && member_) member_->assign(text);
    return true;
  }
  bool key(std::string_view text, bool, size_t) override {
    if (depth_ == 1) member_ = memberFor(text);
    return true;
  }
  bool startObject(size_t) override { return ++depth_ > 0; }
  bool endObject(size_t) override { return --depth_ >= 0; }
  bool startArray(size_t) override { return ++depth_ > 0; }
  bool endArray(size_t) override { return --depth_ >= 0; }

 private:
  std::string* memberFor(std::string_view name) {
    if (name == "resourceType") return &out_.type;
    if (name == "url") return &out_.url;
    if (name == "version") return &out_.version;
    if (name == "id") return &out_.id;
    if (name == "name") return &out_.name;
    if (name == "status") return &out_.status;
    return nullptr;
  }

  CanonicalResource& out_;
  std::string* member_ = nullptr;
  int depth_ = 0;
};

base::Done readTop(std::string_view json, CanonicalResource& out) {
  base::JsonLimits limits;
  limits.bytes = 64u << 20;
  limits.values = 8'000'000;
  TopTexts handler(out);
  return base::readJson(json, handler, limits);
}

std::string keyOf(std::string_view type, std::string_view url) {
  std::string key(type);
  return key.append(" ").append(url);
}

// package/x.json; not package/example/x.json, package/.index.json or the manifest.
bool isResourceFile(std::string_view path) {
  constexpr std::string_view kFolder = "package/";
  if (!path.starts_with(kFolder) || !path.ends_with(".json")) return false;
  std::string_view name = path.substr(kFolder.size());
  return name.find('/') == std::string_view::npos && name[0] != '.' && name != "package.json";
}

// Whether a package of this version is what a dependency asks for: the same, a pattern "1.0.x", or any.
bool satisfies(std::string_view version, std::string_view wanted) {
  if (wanted == "latest" || wanted == "current" || wanted == "dev" || wanted == version) return true;
  if (!wanted.ends_with(".x")) return false;
  return versionAnswers(version, wanted.substr(0, wanted.size() - 2));
}

bool isCore(std::string_view package) { return package == "hl7.fhir.r4.core" || package == "hl7.fhir.core"; }

}  // namespace

struct CanonicalIndex::Entries {
  std::vector<std::shared_ptr<const Package>> packages;
  std::deque<std::string> texts;  // of single files
  std::deque<CanonicalResource> resources;
  std::unordered_map<std::string, std::vector<const CanonicalResource*>> by_url;  // newest first

  // False when the url and version are there already.
  bool add(CanonicalResource resource) {
    auto& versions = by_url[keyOf(resource.type, resource.url)];
    size_t at = 0;
    for (; at < versions.size(); ++at) {
      int order = compareVersions(resource.version, versions[at]->version);
      if (order == 0) return false;
      if (order > 0) break;
    }
    resources.push_back(std::move(resource));
    versions.insert(versions.begin() + static_cast<std::ptrdiff_t>(at), &resources.back());
    return true;
  }
};

CanonicalIndex::CanonicalIndex() : entries_(std::make_unique<Entries>()) {}
CanonicalIndex::~CanonicalIndex() = default;
CanonicalIndex::CanonicalIndex(CanonicalIndex&&) noexcept = default;
CanonicalIndex& CanonicalIndex::operator=(CanonicalIndex&&) noexcept = default;

void CanonicalIndex::add(std::shared_ptr<const Package> package, base::Findings& findings) {
  std::string label = package->name() + "#" + package->version();
  for (const PackageFile& file : package->files()) {
    if (!isResourceFile(file.path)) continue;
    CanonicalResource resource;
    resource.origin = label + "/" + file.path;
    base::Done read = readTop(file.bytes, resource);
    if (!read) {
      findings.add({base::Severity::Error, "structure", "the file cannot be read: " + read.error().text(), "", "",
                    resource.origin});
      continue;
    }
    if (resource.type.empty() || resource.url.empty()) continue;  // an example, an ImplementationGuide's page, ...
    resource.json = file.bytes;
    std::string origin = resource.origin, name = resource.type + " " + resource.url;
    if (!entries_->add(std::move(resource))) {
      findings.add(
          {base::Severity::Information, "duplicate", name + " is here already in this version", "", "", origin});
    }
  }
  entries_->packages.push_back(std::move(package));
}

base::Done CanonicalIndex::add(std::string json, std::string_view origin) {
  CanonicalResource resource;
  resource.origin = origin;
  base::Done read = readTop(json, resource);
  if (!read) return base::invalid(read.error().text(), std::string(origin));
  if (resource.type.empty()) return base::invalid("not a resource: no resourceType", std::string(origin));
  if (resource.url.empty()) return base::invalid("the resource has no url", std::string(origin));
  entries_->texts.push_back(std::move(json));
  resource.json = entries_->texts.back();
  if (!entries_->add(std::move(resource))) {
    return base::Error{base::Why::Conflict, "the same url and version is here already", std::string(origin)};
  }
  return {};
}

const CanonicalResource* CanonicalIndex::find(std::string_view type, std::string_view canonical) const {
  Canonical wanted = splitCanonical(canonical);
  auto found = entries_->by_url.find(keyOf(type, wanted.url));
  if (found == entries_->by_url.end()) return nullptr;
  if (wanted.version.empty()) return found->second.front();
  for (const CanonicalResource* one : found->second) {
    if (one->version == wanted.version) return one;
  }
  for (const CanonicalResource* one : found->second) {
    if (versionAnswers(one->version, wanted.version)) return one;
  }
  return nullptr;
}

std::vector<const CanonicalResource*> CanonicalIndex::all(std::string_view type) const {
  std::vector<const CanonicalResource*> out;
  for (const CanonicalResource& resource : entries_->resources) {
    if (resource.type == type) out.push_back(&resource);
  }
  return out;
}

std::vector<PackageDependency> CanonicalIndex::lackingDependencies() const {
  std::vector<PackageDependency> out;
  for (const auto& package : entries_->packages) {
    for (const PackageDependency& wanted : package->dependencies()) {
      if (isCore(wanted.name)) continue;
      bool here = std::any_of(entries_->packages.begin(), entries_->packages.end(), [&](const auto& other) {
        return other->name() == wanted.name && satisfies(other->version(), wanted.version);
      });
      bool said = std::any_of(out.begin(), out.end(), [&](const PackageDependency& one) {
        return one.name == wanted.name && one.version == wanted.version;
      });
      if (!here && !said) out.push_back(wanted);
    }
  }
  return out;
}

}  // namespace fhir::model
