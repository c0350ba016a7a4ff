#include "fhir/index/extractor.h"

#include <algorithm>
#include <span>

#include "fhir/index/conversion.h"
#include "fhir/index/programs.h"
#include "fhir/path/item.h"
#include "fhir/path/resolver.h"

namespace fhir::index {

using definitions::SearchType;
using path::Item;
using path::ItemKind;

namespace {

// The work on one resource.
class Extraction {
 public:
  Extraction(const TypePrograms& programs, const ExtractorOptions& options, const model::Document& document,
             base::Arena& arena, base::Findings& findings)
      : programs_(programs),
        tree_(model::treeOf(document.root())),
        root_(Item::node(document.root(), &model::Document::navigator())),
        arena_(arena),
        conversion_{tree_, findings, options.zone_minutes, values_, quantities_} {}

  std::vector<SearchValue> run() {
    hits_.reserve(64);
    if (programs_.trie) programs_.trie->walk(tree_, 0, hits_);
    std::sort(hits_.begin(), hits_.end());
    hits_.erase(std::unique(hits_.begin(), hits_.end()), hits_.end());
    values_.reserve(hits_.size() + 16);
    size_t next = 0;
    for (uint32_t slot = 0; slot < programs_.parameters.size(); ++slot) {
      const ParameterProgram& program = programs_.parameters[slot];
      conversion_.parameter = program.parameter;
      const size_t first = values_.size();
      for (; next < hits_.size() && hits_[next].slot == slot; ++next) addNode(program, hits_[next].node);
      if (program.general) addGeneral(program);
      dropRepeats(values_, first);
    }
    return std::move(values_);
  }

 private:
  void addNode(const ParameterProgram& program, uint32_t node) {
    if (program.components.empty()) {
      addValues(conversion_, node);
    } else {
      addComposite(program, node);
    }
  }

  void addComposite(const ParameterProgram& program, uint32_t node) {
    // Most composites of a resource lack a part, mostly the last one (the value), so all nodes are found from there
    // on before any value is made.
    const size_t count = program.components.size();
    part_hits_.clear();
    part_starts_.assign(count + 1, 0);
    for (size_t i = count; i-- > 0;) {
      const ComponentProgram& component = program.components[i];
      const size_t before = part_hits_.size();
      const PathTrie* trie = component.general ? nullptr : component.trie(tree_.records[node].type);
      if (trie != nullptr) trie->walk(tree_, node, part_hits_);
      if (!component.general && part_hits_.size() == before) return;
      part_starts_[i] = before;
    }
    parts_.resize(std::max(parts_.size(), count));
    for (auto& part : parts_) part.clear();
    for (size_t i = 0; i < count; ++i) {
      const ComponentProgram& component = program.components[i];
      Conversion part{tree_,     conversion_.findings, conversion_.zone_minutes,
                      parts_[i], quantities_,          &component.parameter};
      if (component.general) {
        evaluate(*component.general, Item::node(tree_.node(node), &model::Document::navigator()), part);
      } else {
        // The hits of part i stand behind those of part i + 1.
        const std::span<Hit> hits(
            part_hits_.begin() + static_cast<ptrdiff_t>(part_starts_[i]),
            i == 0 ? part_hits_.end() : part_hits_.begin() + static_cast<ptrdiff_t>(part_starts_[i - 1]));
        std::sort(hits.begin(), hits.end());
        for (const Hit& hit : hits) addValues(part, hit.node);
      }
      dropRepeats(parts_[i], 0);
      if (parts_[i].empty()) return;
    }
    addComposites(conversion_, std::span(parts_).first(count));
  }

  void addGeneral(const ParameterProgram& program) {
    path::Evaluation evaluation(arena_);
    evaluation.resource = &root_;
    auto items = program.general->evaluate(root_, evaluation);
    if (!items.ok()) return cannotEvaluate(items.error());
    for (const Item& item : *items) {
      if (item.isNode() && item.node().tree == &tree_) {
        addNode(program, item.node().index);
      } else {
        addItem(conversion_, item);
      }
    }
  }

  void evaluate(const path::Expression& expression, const Item& focus, Conversion& conversion) {
    path::Evaluation evaluation(arena_);
    evaluation.resource = &root_;
    auto items = expression.evaluate(focus, evaluation);
    if (!items.ok()) return cannotEvaluate(items.error());
    for (const Item& item : *items) {
      if (item.isNode() && item.node().tree == &tree_) {
        addValues(conversion, item.node().index);
      } else {
        addItem(conversion, item);
      }
    }
  }

  void addItem(Conversion& conversion, const Item& item) {
    std::string_view text;
    if (item.isNode() || !item.text(arena_, text)) return;
    addComputed(conversion,
                {item.kind() == ItemKind::Boolean ? path::ScalarKind::Boolean : path::ScalarKind::String, text});
  }

  void cannotEvaluate(const base::Error& error) {
    base::Finding finding;
    finding.severity = base::Severity::Warning;
    finding.code = "processing";
    finding.what = "this search parameter could not be evaluated: " + error.what;
    finding.rule = "search parameter " + std::string(conversion_.parameter->code);
    conversion_.findings.add(std::move(finding));
  }

  const TypePrograms& programs_;
  const model::Document::Tree& tree_;
  const Item root_;
  base::Arena& arena_;
  std::vector<Hit> hits_;
  std::vector<Hit> part_hits_;
  std::vector<size_t> part_starts_;
  std::vector<std::vector<SearchValue>> parts_;
  std::vector<SearchValue> values_;
  QuantityMemo quantities_;
  Conversion conversion_;
};

}  // namespace

Extractor::Extractor(std::unique_ptr<const Programs> programs) : programs_(std::move(programs)) {}
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;
Extractor::~Extractor() = default;

base::Result<Extractor> Extractor::create(const definitions::Definitions& definitions,
                                          const ExtractorOptions& options) {
  auto programs = std::make_unique<Programs>();
  programs->options = options;
  RETURN_IF_ERROR(programs->compile(definitions));
  return Extractor(std::move(programs));
}

std::vector<SearchValue> Extractor::extract(const model::Document& document, base::Arena& arena,
                                            base::Findings& findings) const {
  if (document.type() == 0) return {};
  return Extraction(programs_->of_type[document.type()], programs_->options, document, arena, findings).run();
}

}  // namespace fhir::index
