#include "gateway/record/store/sqlite/dictionaries.h"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <array>

namespace gateway::record::store {

namespace {

constexpr int kLevel = 3;
constexpr size_t kDictionaryBytes = 64 << 10;
constexpr size_t kSampleBytes = 8 << 10;         // of one body; a dictionary learns from beginnings, too
constexpr size_t kAllSampleBytes = 8 << 20;      // of one family
constexpr size_t kLeastSampleBytes = 200 << 10;  // fewer bytes make no good dictionary
constexpr uint64_t kSecondAfter = 50'000;        // bodies: by then the family's real variety has been seen

// Types that come in numbers; all others share family 0.
constexpr std::array<std::string_view, 24> kOwnFamily = {"AllergyIntolerance",
                                                         "Claim",
                                                         "Condition",
                                                         "Coverage",
                                                         "DiagnosticReport",
                                                         "DocumentReference",
                                                         "Encounter",
                                                         "ExplanationOfBenefit",
                                                         "ImagingStudy",
                                                         "Immunization",
                                                         "MedicationRequest",
                                                         "Observation",
                                                         "Organization",
                                                         "Patient",
                                                         "Practitioner",
                                                         "Procedure",
                                                         "Provenance",
                                                         "ServiceRequest",
                                                         "Specimen",
                                                         "AuditEvent",
                                                         "MedicationAdministration",
                                                         "MedicationDispense",
                                                         "CarePlan",
                                                         "Task"};

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

ZSTD_CCtx* threadCompressor() {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  return context.get();
}

}  // namespace

Dictionaries::~Dictionaries() = default;

int64_t Dictionaries::familyOf(fhir::definitions::TypeNumber type) {
  static const std::vector<fhir::definitions::TypeNumber> kNumbers = [] {
    std::vector<fhir::definitions::TypeNumber> numbers;
    for (auto name : kOwnFamily) {
      if (const auto* found = fhir::definitions::r4().type(name)) numbers.push_back(found->number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }();
  return std::binary_search(kNumbers.begin(), kNumbers.end(), type) ? type : 0;
}

bool Dictionaries::due(const Family& family) const {
  if (samples_ == 0 || family.trained >= 2) return false;
  bool first = family.trained == 0;
  return first || family.seen >= kSecondAfter;
}

void Dictionaries::sample(Family& family, std::string_view stored) {
  ++family.seen;
  if (!due(family) || family.samples.size() >= samples_ || family.sample_bytes >= kAllSampleBytes) return;
  std::string_view part = stored.substr(0, kSampleBytes);
  family.samples.emplace_back(part);
  family.sample_bytes += part.size();
}

Dictionaries::Packed Dictionaries::pack(fhir::definitions::TypeNumber type, std::string_view stored) {
  Packed packed;
  Compressor compressor;
  {
    std::lock_guard lock(mutex_);
    Family& family = families_[familyOf(type)];
    sample(family, stored);
    compressor = family.compressor;
    packed.dictionary = family.number;
  }
  ZSTD_CCtx* context = threadCompressor();
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);  // the row names the dictionary
  if (compressor != nullptr) ZSTD_CCtx_refCDict(context, compressor.get());
  packed.bytes.resize(ZSTD_compressBound(stored.size()));
  size_t size = ZSTD_compress2(context, packed.bytes.data(), packed.bytes.size(), stored.data(), stored.size());
  // compressBound makes room enough; what is left is lack of memory, and then stopping is right.
  if (ZSTD_isError(size)) std::abort();
  packed.bytes.resize(size);
  return packed;
}

void Dictionaries::add(int64_t number, int64_t family_number, std::string_view bytes) {
  Compressor compressor(ZSTD_createCDict(bytes.data(), bytes.size(), kLevel),
                        [](const ZSTD_CDict* dictionary) { ZSTD_freeCDict(const_cast<ZSTD_CDict*>(dictionary)); });
  std::lock_guard lock(mutex_);
  Family& family = families_[family_number];
  ++family.trained;
  if (number <= family.number) return;
  family.number = number;
  family.compressor = std::move(compressor);
}

std::optional<Dictionaries::Trained> Dictionaries::train() {
  Trained trained;
  std::vector<std::string> samples;
  {
    std::lock_guard lock(mutex_);
    auto ready = std::find_if(families_.begin(), families_.end(), [&](const auto& entry) {
      const Family& family = entry.second;
      bool full = family.samples.size() >= samples_ || family.sample_bytes >= kAllSampleBytes;
      return due(family) && full && family.sample_bytes >= kLeastSampleBytes;
    });
    if (ready == families_.end()) return {};
    trained.family = ready->first;
    samples.swap(ready->second.samples);
    ready->second.sample_bytes = 0;
  }
  std::string all;
  std::vector<size_t> sizes;
  for (const auto& sample : samples) {
    all += sample;
    sizes.push_back(sample.size());
  }
  trained.bytes.resize(std::min(kDictionaryBytes, all.size() / 8));
  size_t size = ZDICT_trainFromBuffer(trained.bytes.data(), trained.bytes.size(), all.data(), sizes.data(),
                                      static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size)) return {};  // the next samples are tried
  trained.bytes.resize(size);
  return trained;
}

}  // namespace gateway::record::store
