#pragma once
// Index rows of a group of commits, inserted in the order of each table's key: the pages of a table are then visited
// once, from left to right (design decision 8). Used by the writer's thread.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/sqlite/content.h"

namespace gateway::record::store {

class IndexWriter {
 public:
  IndexWriter(sql::Connection& connection, search::TokenSystems& systems);

  // The rows of one version; `batch` is told when its text collides with another one.
  void add(ContentPtr content, fhir::definitions::TypeNumber type, int64_t vkey, uint32_t batch);

  // Takes back what was added after the mark.
  struct Mark {
    size_t contents = 0, values = 0, strings = 0, dates = 0, numbers = 0, patients = 0, patient_texts = 0,
           presents = 0;
  };
  Mark mark() const;
  void cutTo(const Mark& mark);

  static constexpr uint32_t kNoBatch = UINT32_MAX;
  // Inserts and forgets what was added. When two texts have the same hash: Why::Invalid, and `culprit` is the batch
  // that brought the later one.
  fhir::base::Done insert(uint32_t& culprit);
  // Deletes these rows instead.
  fhir::base::Done remove();

  // The transaction that inserted has been committed, or rolled back.
  void committed();
  void rolledBack();

 private:
  template <typename Row>
  struct Entry {
    const Row* row;
    int64_t vkey;
    uint32_t batch;
  };
  struct PatientEntry {
    int64_t patient;
    fhir::definitions::TypeNumber type;
    int64_t date;
    int64_t vkey;
  };
  struct TextEntry {
    int64_t hash;
    const std::string* text;
    uint32_t batch;
  };
  // Texts that are in hashed_text for certain; a lossy table, so that its size is bounded.
  struct Known {
    int64_t hash = 0;
    uint32_t check = 0;
  };

  void sort();
  void forget();
  fhir::base::Done run(bool remove);
  fhir::base::Done insertTexts(uint32_t& culprit);
  fhir::base::Done insertSystems();
  bool isKnown(int64_t hash, uint32_t check) const;

  sql::Connection& connection_;
  search::TokenSystems& systems_;
  std::vector<ContentPtr> contents_;  // keeps the rows alive
  std::vector<Entry<search::HashedRow>> values_;
  std::vector<Entry<search::StringRow>> strings_;
  std::vector<Entry<search::DateRow>> dates_;
  std::vector<Entry<search::NumberRow>> numbers_;
  std::vector<PatientEntry> patients_;
  std::vector<TextEntry> patient_texts_;
  std::vector<Entry<std::string>> presents_;                     // in the order of vkey
  std::set<fhir::definitions::ParameterNumber> repeated_dates_;  // of which a version has several values
  std::set<std::pair<fhir::definitions::ParameterNumber, std::string>> known_systems_;        // in token_system
  std::vector<std::pair<fhir::definitions::ParameterNumber, std::string>> inserted_systems_;  // since the last commit
  std::vector<Known> known_;
  std::vector<Known> inserted_;  // becomes known at the commit
};

}  // namespace gateway::record::store
