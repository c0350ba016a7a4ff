#pragma once
// PathTrie: the simple paths of all search parameters of a type, merged, so that one walk over a document finds the
// nodes of all of them. Steps are element numbers: no text is compared on the way. Immutable after finish().

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/index/simple_path.h"
#include "fhir/model/tree.h"

namespace fhir::index {

struct Hit {
  uint32_t slot = 0;  // what was given to add()
  uint32_t node = 0;

  auto operator<=>(const Hit&) const = default;
};

class PathTrie {
 public:
  explicit PathTrie(definitions::TypeNumber base);

  // False when a step cannot exist for the types before it; then nothing is added. `expression` must outlive the
  // trie only during the call.
  bool add(const std::vector<SimplePath>& paths, uint32_t slot);
  // The types of the nodes that `slot` is found at; before finish().
  std::vector<definitions::TypeNumber> typesOf(uint32_t slot) const;
  void finish();

  // Appends what the paths find below (or at) `node`, in any order.
  void walk(const model::Document::Tree& tree, uint32_t node, std::vector<Hit>& out) const;

 private:
  struct Edge {
    uint32_t element = 0;
    definitions::TypeNumber type = 0;  // 0: any
    uint16_t filter = 0;               // place in filters_; 0: none
    uint32_t target = 0;
  };
  struct State {
    std::vector<Edge> edges;      // by element when finished
    std::vector<uint32_t> slots;  // found when this state is reached
  };
  struct Filter {
    PathFilter filter;
    uint32_t name_hash = 0;
  };

  bool extend(const SimplePath& path, std::vector<uint32_t>& ends);
  uint32_t follow(uint32_t state, uint32_t element, definitions::TypeNumber type, const PathFilter& filter);
  bool passes(const model::Document::Tree& tree, uint32_t node, const Filter& filter) const;

  std::vector<State> states_;
  std::vector<std::vector<definitions::TypeNumber>> types_;  // of each state, while paths are added
  std::vector<Filter> filters_;
};

}  // namespace fhir::index
