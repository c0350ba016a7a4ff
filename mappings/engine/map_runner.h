#pragma once
// Running a mapping: one part (SourceTree) -> FHIR resources with ids, write modes and a Provenance.
// Pure and deterministic: the same part, mapping version and institution give the same bytes.
// A MapLibrary is thread-safe; run() may be called from many threads. It changes as a whole, by reload() alone.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "mappings/engine/directory.h"
#include "mappings/source/source_reader.h"

namespace mappings::engine {

struct Map;
struct OutputOrigin;
class CodeMaps;

enum class WriteMode : uint8_t { Ensure, Newer, Replace, Merge };

struct MappedResource {
  std::string as;    // $as name: "patient"
  std::string type;  // "Patient"
  std::string id;    // deterministic
  std::string json;  // the resource, compact, with its id
  WriteMode mode = WriteMode::Newer;
  std::string order;                     // $order, normalised so that text order is time order; empty when not given
  std::vector<std::string> merge_lists;  // for Merge: arrays that are united, "identifier", "result"
};

// A source field that is not carried into the output (mapping.md goal 1: nothing silently lost).
struct SourceField {
  enum class Use : uint8_t { Flows, ConditionOnly, Unread, Ignored } use = Use::Unread;
  std::string place;   // "OBX[1].14"
  std::string path;    // without repeats: "OBX-14" for HL7 v2, "BRXX.XZZ_S" elsewhere
  std::string reason;  // for Ignored
  uint64_t offset = 0;
};
std::string_view toString(SourceField::Use use);  // "flows", "decides", "ignored", "unread"

struct MappedPart {
  std::string mapping;          // "hl7v2/oru_r01"
  std::string mapping_version;  // 16 hex digits: hash of the mapping file and all it uses
  std::string part_key;         // digest of what the part says, as hashed into the Provenance's id
  std::string base;             // "http://onecard.example/fhir/": where the ids live, for Bundle.entry.fullUrl
  std::string institution;      // owner of the resources: the source's, or what the content's code resolved to
  std::vector<std::string> order_keys;    // parts that share one are processed in order
  std::vector<MappedResource> resources;  // Provenance last
  std::vector<std::string> outside;       // references to resources that other messages bring: "Encounter/<id>"
  std::vector<SourceField> fields;        // every non-empty leaf of the source, in order
  fhir::base::Findings findings;          // warnings; errors make run() fail
};

struct MapInput {
  std::string_view source;       // name of the configured source
  std::string_view institution;  // its institution, the default for %institution
  std::string_view message_id;   // named by the Provenance
  std::string_view received;     // first-received time, FHIR instant: Provenance.recorded
  const source::Part* part = nullptr;
};

class MapLibrary {
 public:
  struct Options {
    std::string folder;          // the `mappings` folder: <format>/<name>/<name>.yaml, code_maps/*.csv
    std::string site_key;        // secret of the ids (HMAC-SHA-256); tests and golden cases use a fixed one
    std::string canonical_base;  // "http://onecard.example/" prefix of our own system URIs
    const Directory* directory = nullptr;
  };
  // Loads and checks every mapping and code map. The error names file:line:column.
  static fhir::base::Result<MapLibrary> load(const Options& options);
  // Reads the folder again; only when all of it loads does it take the place of what was there. What runs ends with
  // what it began with. Gives the names of mappings that are new or have another version.
  fhir::base::Result<std::vector<std::string>> reload();
  MapLibrary(MapLibrary&&) noexcept;
  MapLibrary& operator=(MapLibrary&&) noexcept;
  ~MapLibrary();

  std::vector<std::string> names() const;
  // How the messages of this mapping are read (format, unwrap, split, encoding).
  fhir::base::Result<source::ReadOptions> readOptions(std::string_view mapping) const;
  std::string version(std::string_view mapping) const;
  // The first mapping of `candidates` (all when empty) whose format and `accept` fit the part.
  fhir::base::Result<std::string> choose(const source::Part& part, std::string_view format,
                                         const std::vector<std::string>& candidates) const;
  // Keys only, cheap: for ordering before the mapping runs.
  fhir::base::Result<std::vector<std::string>> orderKeys(std::string_view mapping, const MapInput& input) const;
  // The error has where = "oru_r01.yaml:33:14" and names the FHIR element and the source field with its byte.
  fhir::base::Result<MappedPart> run(std::string_view mapping, const MapInput& input) const;

  // ---- for the command line, the workbench and tests ----
  // As load(), but goes on after an error and names them all; nothing when there was one.
  static std::optional<MapLibrary> loadAll(const Options& options, std::vector<fhir::base::Error>& errors);
  // As run(), and says which mapping line and source fields each output value came from.
  fhir::base::Result<MappedPart> runTraced(std::string_view mapping, const MapInput& input,
                                           std::vector<OutputOrigin>* origins) const;
  // Good until reload().
  const Map* find(std::string_view mapping) const;  // nullptr when there is none
  const CodeMaps& codeMaps() const;

 private:
  struct State;
  struct Live;
  static std::shared_ptr<const State> read(const Options& options, std::vector<fhir::base::Error>& errors);
  explicit MapLibrary(std::unique_ptr<Live> live);
  std::unique_ptr<Live> live_;
};

// Source-owned ids (design decision 5): 4 hex digits of shard (0000 to 3fff), a hyphen, then 128 bits in base32 (26
// characters, lower case) of HMAC-SHA-256(site key, length-prefixed (institution, type, key parts)). `shard_key` is
// the business key of the institution's Patient, or the institution where there is none.
std::string sourceOwnedId(std::string_view site_key, std::string_view institution, std::string_view type,
                          const std::vector<std::string>& key, std::string_view shard_key);

// A FHIR collection or transaction Bundle of the part's resources, pretty, for `onecard map run` and golden cases.
std::string toBundle(const MappedPart& part);
// One Bundle of all parts of a message. A resource that several parts write stands there once, as the last one says;
// one that is only ensured, as the first says.
std::string toBundle(const std::vector<MappedPart>& parts);

}  // namespace mappings::engine
