#pragma once
// Profiles: StructureDefinitions that were loaded, each as a snapshot: the tree of what it demands beyond R4 itself.
// R4's own profiles and extensions are always there. Build it with one thread; afterwards it is immutable and
// thread-safe.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "fhir/validate/rule_book.h"

namespace fhir::validate {

// A value inside the StructureDefinition that says it; keeps that document alive.
struct ExpectedValue {
  std::shared_ptr<const model::Document> holder;
  path::Node node;
  bool set() const { return holder != nullptr; }
};

struct TypeRule {
  definitions::TypeNumber type = 0;
  std::vector<std::string> profiles;         // canonicals; one of them must fit
  std::vector<std::string> target_profiles;  // of Reference and canonical
};

struct ProfileBinding {
  bool required = false;  // else extensible
  std::string value_set;
};

// One step of a discriminator's path: a member, extension('url'), resolve() or ofType(T).
struct PathStep {
  enum class Kind : uint8_t { Member, Extension, Resolve, OfType } kind = Kind::Member;
  std::string text;
};

struct Discriminator {
  enum class Kind : uint8_t { Value, Exists, Pattern, Type, Profile } kind = Kind::Value;
  std::vector<PathStep> path;  // empty: $this
};

struct Slicing {
  enum class Rules : uint8_t { Open, Closed, OpenAtEnd } rules = Rules::Open;
  bool ordered = false;
  std::vector<Discriminator> discriminators;
};

// What a profile demands of one element, beyond R4. Slices stand below the element that is sliced, re-slices below
// the slice.
struct ElementRule {
  std::string id;                                 // "Patient.identifier:card.system"
  std::string name;                               // "identifier", "value"
  std::string slice;                              // "card", "card/county"; empty for the element itself
  const definitions::Element* element = nullptr;  // nullptr for the root
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  std::vector<TypeRule> types;  // empty: as in R4
  ExpectedValue fixed, pattern, min_value, max_value;
  uint32_t max_length = 0;  // 0: none
  std::optional<ProfileBinding> binding;
  std::vector<std::shared_ptr<const Invariant>> invariants;
  bool must_support = false;
  bool active = true;  // it, or something below it, demands more than R4; set when the snapshot is finished
  std::optional<Slicing> slicing;
  std::vector<std::unique_ptr<ElementRule>> children;
  std::vector<std::unique_ptr<ElementRule>> slices;

  std::unique_ptr<ElementRule> clone() const;
  ElementRule* child(std::string_view name) const;
  // The types an instance may have: narrowed, or those of R4.
  std::vector<definitions::TypeNumber> possibleTypes() const;
};

struct ExtensionPlace {  // StructureDefinition.context
  std::string kind;      // "element", "extension", "fhirpath"
  std::string expression;
};

struct Profile {
  std::string url;
  std::string version;
  std::string name;
  definitions::TypeNumber type = 0;
  std::vector<ExtensionPlace> places;
  bool is_modifier = false;
  ElementRule root;
};

class Profiles {
 public:
  // Those of R4.
  static base::Result<std::unique_ptr<Profiles>> create();
  // The same, complete, shared by all; made at the first call.
  static std::shared_ptr<const Profiles> r4();

  // A StructureDefinition; other resources are passed over (false). Why::Invalid when it cannot be used, with the
  // reason. Later ones replace earlier ones with the same canonical and version.
  base::Result<bool> load(std::shared_ptr<const model::Document> definition);
  // Makes the snapshots of all that was loaded since. What a profile needs and is not here, and profiles that
  // cannot be used (circular, wrong paths), are sentences in lacks(); unusable profiles are not found afterwards.
  void complete();

  // "url" or "url|version"; nullptr: unknown here.
  const Profile* find(std::string_view canonical) const;
  const std::vector<std::string>& lacks() const { return lacks_; }
  // The canonicals that were loaded beyond R4's own, in order.
  std::vector<std::string> loaded() const;

 private:
  friend class SnapshotMaker;
  struct Source {
    std::shared_ptr<const model::Document> document;
    std::string url, version, base;
    std::unique_ptr<Profile> profile;
    enum class State : uint8_t { Raw, UnderWay, Ready, Unusable } state = State::Raw;
    bool published = false;  // R4's own
  };
  Source* source(std::string_view canonical);
  const Source* source(std::string_view canonical) const;
  // The finished profile, made on the way when it has not been yet.
  base::Result<const Profile*> finished(Source& source);
  // Names of what the profile names and nobody has.
  std::vector<std::string> missingOf(const Profile& profile) const;

  std::map<std::string, std::vector<std::unique_ptr<Source>>, std::less<>> sources_;  // by url, the newest last
  std::vector<std::string> lacks_;
};

}  // namespace fhir::validate
