// The hash by which a repeated write is recognised as unchanged.

#include <algorithm>

#include "fhir/base/digest.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

// Writes records in a form that is the same for equal resources: members by name, each text behind its length.
class CanonicalForm {
 public:
  explicit CanonicalForm(const Document::Tree& tree) : tree_(tree), records_(tree.records) {}

  std::string write() {
    out_.reserve(tree_.text.size() + tree_.text.size() / 2);
    put(records_[0].type);
    members(0, 0);
    return std::move(out_);
  }

 private:
  // Depth is bounded by ReadLimits::depth.
  void members(uint32_t object, unsigned depth) {
    const size_t first = order_.size();
    for (uint32_t i = records_[object].first; i != 0; i = records_[i].next)
      if (!isLeftOut(i, depth)) order_.push_back(i);
    auto less = [this](uint32_t a, uint32_t b) {
      const Record &x = records_[a], &y = records_[b];
      if (x.name_hash != y.name_hash) return x.name_hash < y.name_hash;
      return x.type != y.type ? x.type < y.type : a < b;
    };
    std::sort(order_.begin() + static_cast<ptrdiff_t>(first), order_.end(), less);
    const size_t last = order_.size();
    put(static_cast<uint32_t>(last - first));
    for (size_t i = first; i < last; ++i) member(order_[i], depth + 1);
    order_.resize(first);
  }

  void member(uint32_t index, unsigned depth) {
    const Record& record = records_[index];
    put(tree_.name(record));
    put(record.type);
    out_ += static_cast<char>('0' + static_cast<int>(record.kind));
    put(tree_.value(record));
    members(index, depth);
  }

  // What the server sets itself: id, meta.versionId, meta.lastUpdated, and a meta that holds nothing else.
  bool isLeftOut(uint32_t index, unsigned depth) const {
    const Record& record = records_[index];
    if (depth == 0 && record.name_hash == kId.hash) return tree_.name(record) == kId.text;
    if (depth == 0 && isMeta(record)) {
      for (uint32_t i = record.first; i != 0; i = records_[i].next)
        if (!isLeftOut(i, 1)) return false;
      return record.kind == JsonKind::Object;
    }
    if (depth != 1 || !isMeta(records_[record.parent]) || records_[record.parent].parent != 0) return false;
    std::string_view name = tree_.name(record);
    return name == "versionId" || name == "lastUpdated";
  }

  bool isMeta(const Record& record) const {
    return record.name_hash == kMeta.hash && tree_.name(record) == kMeta.text;
  }

  void put(uint16_t number) { out_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void put(uint32_t number) { out_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void put(std::string_view text) {
    put(static_cast<uint32_t>(text.size()));
    out_ += text;
  }

  static constexpr base::Name kId{"id"};
  static constexpr base::Name kMeta{"meta"};

  const Document::Tree& tree_;
  const std::vector<Record>& records_;
  std::vector<uint32_t> order_;
  std::string out_;
};

}  // namespace

std::string contentHash(const Document& document) {
  const base::Sha256 digest = base::sha256(CanonicalForm(treeOf(document.root())).write());
  return base::hex(digest.data(), 16);
}

}  // namespace fhir::model
