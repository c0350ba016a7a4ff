#include "fhir/model/package.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "fhir/base/text.h"
#include "fhir/model/document.h"
#include "fhir/model/tar_reader.h"

namespace fhir::model {
namespace {

using base::Error;
using base::Why;

constexpr std::string_view kManifest = "package/package.json";

// Why a path has no place in a package; nothing when it is fine. `path` loses "./" in front and '/' behind.
std::optional<Error> pathTrouble(std::string& path, const PackageLimits& limits) {
  while (path.starts_with("./")) path.erase(0, 2);
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.empty() || path == ".") return base::invalid("an entry has no name");
  if (path.size() > limits.path_bytes) return Error{Why::TooCostly, "a path is too long", ""};
  if (!base::isUtf8(path)) return base::invalid("a path is not UTF-8");
  if (path[0] == '/') return base::invalid("a path is absolute");
  if (path.size() > 1 && path[1] == ':') return base::invalid("a path names a drive");
  for (char c : path) {
    if (c == '\\') return base::invalid("a path has a backslash");
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return base::invalid("a path has a control character");
  }
  auto pieces = base::split(path, '/');
  for (std::string_view piece : pieces) {
    if (piece == "..") return base::invalid("a path leads out of the package");
    if (piece.empty() || piece == ".") return base::invalid("a path has an empty part");
  }
  if (pieces.size() > limits.depth + 1) return Error{Why::TooCostly, "a path is too deep", ""};
  return std::nullopt;
}

class NodeList final : public path::NodeSink {
 public:
  void add(path::Node node) override { nodes.push_back(node); }
  std::vector<path::Node> nodes;
};

std::string textOf(path::Node node, std::string_view name) {
  path::Node child = Document::child(node, name);
  return child.tree ? std::string(Document::text(child)) : std::string();
}

}  // namespace

base::Result<Package> Package::read(std::string_view tgz, const PackageLimits& limits) {
  if (tgz.size() > limits.compressed_bytes) {
    return Error{Why::TooCostly, "the package is larger than " + std::to_string(limits.compressed_bytes) + " bytes",
                 ""};
  }
  Package package;
  TarReader tar(tgz, limits);
  std::unordered_set<std::string> seen;
  uint64_t total = 0;
  TarEntry entry;
  while (true) {
    ASSIGN_OR_RETURN(bool more, tar.next(entry));
    if (!more) break;
    std::string where = "entry " + std::to_string(tar.number());
    if (entry.is_folder && (entry.path == "./" || entry.path == ".")) continue;
    if (auto trouble = pathTrouble(entry.path, limits)) {
      trouble->where = where;
      return *trouble;
    }
    where += " (" + entry.path + ")";
    if (entry.is_folder) continue;
    total += entry.size;
    if (total > limits.total_bytes) {
      return Error{Why::TooCostly, "the files are larger than " + std::to_string(limits.total_bytes) + " bytes",
                   where};
    }
    if (!seen.insert(entry.path).second) return base::invalid("a file is there twice", where);
    ASSIGN_OR_RETURN(std::string bytes, tar.content(entry));
    package.files_.push_back({std::move(entry.path), std::move(bytes)});
  }
  std::sort(package.files_.begin(), package.files_.end(), [](auto& a, auto& b) { return a.path < b.path; });
  RETURN_IF_ERROR(package.readManifest());
  return package;
}

const PackageFile* Package::file(std::string_view path) const {
  auto found = std::lower_bound(files_.begin(), files_.end(), path,
                                [](const PackageFile& file, std::string_view wanted) { return file.path < wanted; });
  return found != files_.end() && found->path == path ? &*found : nullptr;
}

base::Done Package::readManifest() {
  const PackageFile* manifest = file(kManifest);
  if (!manifest) return base::invalid("there is no " + std::string(kManifest));
  auto json = Document::readPlain(manifest->bytes);
  if (!json) {
    Error error = std::move(json).error();
    error.where = std::string(kManifest) + ":" + error.where;
    return error;
  }
  path::Node root = json->root();
  name_ = textOf(root, "name");
  version_ = textOf(root, "version");
  canonical_ = textOf(root, "canonical");
  if (name_.empty() || version_.empty()) {
    return base::invalid("a package has a name and a version", std::string(kManifest));
  }
  for (std::string_view member : {"fhirVersions", "fhir-version-list"}) {
    NodeList versions;
    Document::navigator().named(root, base::Name(member), versions);
    for (path::Node node : versions.nodes) fhir_versions_.emplace_back(Document::text(node));
  }
  path::Node dependencies = Document::child(root, "dependencies");
  if (!dependencies.tree) return {};
  NodeList all;
  Document::navigator().all(dependencies, all);
  for (path::Node node : all.nodes) {
    dependencies_.push_back({std::string(Document::navigator().name(node)), std::string(Document::text(node))});
  }
  return {};
}

}  // namespace fhir::model
