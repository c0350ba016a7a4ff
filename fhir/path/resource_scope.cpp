#include "fhir/path/resource_scope.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

constexpr base::Name kContained("contained"), kId("id"), kEntry("entry"), kFullUrl("fullUrl"), kResource("resource");

std::string_view childText(Evaluator& evaluator, const Item& item, const base::Name& name) {
  Items found(evaluator.pool);
  evaluator.childrenNamed(item, name, found);
  return found.empty() ? std::string_view() : found[0].navigator().scalar(found[0].node()).text();
}

uint64_t hashOfText(std::string_view text) {
  uint64_t hash = 14695981039346656037ull;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ull;
  return hash;
}

// "http://host/fhir/Patient/1" -> "Patient/1"; empty when there are not two segments.
std::string_view lastTwoSegments(std::string_view url) {
  size_t last = url.rfind('/');
  if (last == std::string_view::npos || last == 0) return {};
  size_t before = url.rfind('/', last - 1);
  return before == std::string_view::npos ? std::string_view() : url.substr(before + 1);
}

}  // namespace

std::optional<Item> parentOf(const Item& item) {
  Node parent = item.navigator().parent(item.node());
  if (!parent.tree) return std::nullopt;
  return Item::node(parent, &item.navigator());
}

bool isResource(const Item& item) {
  return item.isNode() && definitions::r4().isResource(item.navigator().type(item.node()).number);
}

std::optional<Item> resourceOf(const Item& item) {
  if (!item.isNode()) return std::nullopt;
  std::optional<Item> at = item;
  while (at && !isResource(*at)) at = parentOf(*at);
  return at;
}

std::optional<Item> containerOf(const Item& item) {
  std::optional<Item> resource = resourceOf(item);
  while (resource && resource->navigator().name(resource->node()) == kContained.text) {
    std::optional<Item> parent = parentOf(*resource);
    std::optional<Item> outer = parent ? resourceOf(*parent) : std::nullopt;
    if (!outer) break;
    resource = outer;
  }
  return resource;
}

std::optional<Item> containedResource(Evaluator& evaluator, const Item& container, std::string_view id) {
  if (id.empty()) return container;
  Items candidates(evaluator.pool);
  evaluator.childrenNamed(container, kContained, candidates);
  for (const Item& candidate : candidates) {
    if (childText(evaluator, candidate, kId) == id) return candidate;
  }
  return std::nullopt;
}

void BundleIndex::add(Evaluator& evaluator, std::string_view key, const Item& resource) {
  if (key.empty()) return;
  uint64_t hash = hashOfText(key);
  Entry** last = &buckets_[hash & (bucket_count_ - 1)];
  while (*last) last = &(*last)->next;  // the first entry of a key is found first
  auto* memory = static_cast<Entry*>(evaluator.arena().allocate(sizeof(Entry), alignof(Entry)));
  *last = new (memory) Entry{key, resource, hash, nullptr};
}

void BundleIndex::fill(Evaluator& evaluator, const Item& bundle) {
  bundle_ = bundle.node();
  Items entries(evaluator.pool), resource(evaluator.pool);
  evaluator.childrenNamed(bundle, kEntry, entries);
  bucket_count_ = std::bit_ceil(std::max<size_t>(entries.size() * 4, 8));
  size_t bytes = bucket_count_ * sizeof(Entry*);
  buckets_ = static_cast<Entry**>(evaluator.arena().allocate(bytes, alignof(Entry*)));
  std::fill(buckets_, buckets_ + bucket_count_, nullptr);
  for (const Item& entry : entries) {
    resource.clear();
    evaluator.childrenNamed(entry, kResource, resource);
    if (resource.empty()) continue;
    std::string_view url = childText(evaluator, entry, kFullUrl);
    add(evaluator, url, resource[0]);
    std::string_view id = childText(evaluator, resource[0], kId);
    std::string_view type = resource[0].navigator().type(resource[0].node()).name;
    std::string_view relative = lastTwoSegments(url);
    if (!relative.empty()) {
      add(evaluator, relative, resource[0]);
    } else if (url.empty() && !id.empty()) {
      add(evaluator, evaluator.arena().keep(std::string(type) + "/" + std::string(id)), resource[0]);
    }
  }
}

std::optional<Item> BundleIndex::find(Evaluator& evaluator, const Item& container, std::string_view reference) {
  std::optional<Item> root = container;
  while (auto up = parentOf(*root)) root = up;
  if (root->navigator().type(root->node()).name != "Bundle") return std::nullopt;
  if (bundle_ != root->node() || !buckets_) fill(evaluator, *root);
  uint64_t hash = hashOfText(reference);
  for (Entry* entry = buckets_[hash & (bucket_count_ - 1)]; entry; entry = entry->next) {
    if (entry->hash == hash && entry->key == reference) return entry->resource;
  }
  return std::nullopt;
}

}  // namespace fhir::path
