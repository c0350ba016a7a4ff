#pragma once
// Compression of stored bodies by zstd with trained dictionaries (design decision 12).
//
// Types fall into families; each family gets a dictionary trained from its first bodies, and once more after many of
// them. A row of `version` names the dictionary of its body; a dictionary is added and never changed.
// Thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"

struct ZSTD_CDict_s;

namespace gateway::record::store {

class Dictionaries {
 public:
  // `samples`: how many bodies a dictionary is trained from; 0: never train.
  explicit Dictionaries(uint32_t samples) : samples_(samples) {}
  ~Dictionaries();

  struct Packed {
    int64_t dictionary = 0;  // 0: none
    std::string bytes;
  };
  Packed pack(fhir::definitions::TypeNumber type, std::string_view stored);

  // A committed row of table `dictionary`.
  void add(int64_t number, int64_t family, std::string_view bytes);

  struct Trained {
    int64_t family = 0;
    std::string bytes;
  };
  // The next dictionary that is due, made from the samples (takes up to a second); nothing when none is due.
  std::optional<Trained> train();

  static int64_t familyOf(fhir::definitions::TypeNumber type);

 private:
  using Compressor = std::shared_ptr<const ZSTD_CDict_s>;
  struct Family {
    int64_t number = 0;    // of the newest dictionary
    uint32_t trained = 0;  // how many dictionaries there are
    uint64_t seen = 0;     // bodies since the program started
    Compressor compressor;
    std::vector<std::string> samples;
    size_t sample_bytes = 0;
  };
  bool due(const Family& family) const;
  void sample(Family& family, std::string_view stored);

  const uint32_t samples_;
  std::mutex mutex_;
  std::map<int64_t, Family> families_;
};

}  // namespace gateway::record::store
