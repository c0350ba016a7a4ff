#include "gateway/record/store/sqlite/index_writer.h"

#include <algorithm>
#include <tuple>

#include "fhir/base/name.h"
#include "gateway/record/store/sqlite/token_system_table.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;

namespace {

constexpr size_t kKnownSlots = 1 << 18;

uint32_t checkOf(std::string_view text) { return fhir::base::hashName(text); }

size_t slotOf(int64_t hash) { return static_cast<uint64_t>(hash) & (kKnownSlots - 1); }

struct Sql {
  std::string_view value, string, date, number, patient, present;
};

constexpr Sql kInsert = {
    "INSERT OR IGNORE INTO idx_value(parameter, value, vkey) VALUES(?1, ?2, ?3)",
    "INSERT OR IGNORE INTO idx_string(parameter, text, exact, vkey) VALUES(?1, ?2, ?3, ?4)",
    "INSERT OR IGNORE INTO idx_date(parameter, low, high, vkey) VALUES(?1, ?2, ?3, ?4)",
    "INSERT OR IGNORE INTO idx_number(parameter, unit, vkey, low, high) VALUES(?1, ?2, ?5, ?3, ?4)",
    "INSERT OR IGNORE INTO idx_patient(patient, type, date, vkey) VALUES(?1, ?2, ?3, ?4)",
    "INSERT OR REPLACE INTO idx_present(vkey, parameters) VALUES(?1, ?2)"};
constexpr Sql kDelete = {"DELETE FROM idx_value WHERE parameter=?1 AND value=?2 AND vkey=?3",
                         "DELETE FROM idx_string WHERE parameter=?1 AND text=?2 AND exact=?3 AND vkey=?4",
                         "DELETE FROM idx_date WHERE parameter=?1 AND low=?2 AND high=?3 AND vkey=?4",
                         "DELETE FROM idx_number WHERE parameter=?1 AND unit=?2 AND low=?3 AND high=?4 AND vkey=?5",
                         "DELETE FROM idx_patient WHERE patient=?1 AND type=?2 AND date=?3 AND vkey=?4",
                         "DELETE FROM idx_present WHERE vkey=?1 AND parameters=?2"};

}  // namespace

IndexWriter::IndexWriter(sql::Connection& connection, search::TokenSystems& systems)
    : connection_(connection), systems_(systems) {}

void IndexWriter::add(ContentPtr content, fhir::definitions::TypeNumber type, int64_t vkey, uint32_t batch) {
  const search::IndexRows& rows = content->rows;
  for (const auto& row : rows.hashed) values_.push_back({&row, vkey, batch});
  for (const auto& row : rows.strings) strings_.push_back({&row, vkey, batch});
  for (const auto& row : rows.dates) {
    bool repeated = &row != rows.dates.data() && (&row)[-1].parameter == row.parameter;
    if (repeated) repeated_dates_.insert(row.parameter);
    dates_.push_back({&row, vkey, batch});
  }
  for (const auto& row : rows.numbers) numbers_.push_back({&row, vkey, batch});
  if (!rows.present.empty()) presents_.push_back({&rows.present, vkey, batch});
  for (size_t i = 0; i < rows.patients.size(); ++i) {
    patients_.push_back({rows.patients[i], type, rows.clinical_date, vkey});
    patient_texts_.push_back({rows.patients[i], &rows.patient_texts[i], batch});
  }
  contents_.push_back(std::move(content));
}

IndexWriter::Mark IndexWriter::mark() const {
  return {contents_.size(), values_.size(),   strings_.size(),       dates_.size(),
          numbers_.size(),  patients_.size(), patient_texts_.size(), presents_.size()};
}

void IndexWriter::cutTo(const Mark& mark) {
  contents_.resize(mark.contents);
  values_.resize(mark.values);
  strings_.resize(mark.strings);
  dates_.resize(mark.dates);
  numbers_.resize(mark.numbers);
  patients_.resize(mark.patients);
  patient_texts_.resize(mark.patient_texts);
  presents_.resize(mark.presents);
}

void IndexWriter::forget() {
  cutTo({});
  repeated_dates_.clear();
}

void IndexWriter::sort() {
  std::sort(values_.begin(), values_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.row->parameter, a.row->value, a.vkey) < std::tie(b.row->parameter, b.row->value, b.vkey);
  });
  std::sort(strings_.begin(), strings_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.row->parameter, a.row->folded, a.row->exact, a.vkey) <
           std::tie(b.row->parameter, b.row->folded, b.row->exact, b.vkey);
  });
  std::sort(dates_.begin(), dates_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.row->parameter, a.row->low, a.row->high, a.vkey) <
           std::tie(b.row->parameter, b.row->low, b.row->high, b.vkey);
  });
  std::sort(numbers_.begin(), numbers_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.row->parameter, a.row->unit, a.vkey, a.row->low, a.row->high) <
           std::tie(b.row->parameter, b.row->unit, b.vkey, b.row->low, b.row->high);
  });
  std::sort(patients_.begin(), patients_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.patient, a.type, b.date, a.vkey) < std::tie(b.patient, b.type, a.date, b.vkey);
  });
}

Done IndexWriter::run(bool remove) {
  const Sql& sql = remove ? kDelete : kInsert;
  sort();
  ASSIGN_OR_RETURN(auto value, connection_.prepare(sql.value));
  for (const auto& entry : values_) {
    value.bind(1, int64_t{entry.row->parameter}).bind(2, entry.row->value).bind(3, entry.vkey);
    RETURN_IF_ERROR(value.run());
  }
  ASSIGN_OR_RETURN(auto string, connection_.prepare(sql.string));
  for (const auto& entry : strings_) {
    string.bind(1, int64_t{entry.row->parameter}).bind(2, std::string_view(entry.row->folded));
    string.bind(3, entry.row->exact).bind(4, entry.vkey);
    RETURN_IF_ERROR(string.run());
  }
  ASSIGN_OR_RETURN(auto date, connection_.prepare(sql.date));
  for (const auto& entry : dates_) {
    date.bind(1, int64_t{entry.row->parameter}).bind(2, entry.row->low).bind(3, entry.row->high).bind(4, entry.vkey);
    RETURN_IF_ERROR(date.run());
  }
  ASSIGN_OR_RETURN(auto number, connection_.prepare(sql.number));
  for (const auto& entry : numbers_) {
    number.bind(1, int64_t{entry.row->parameter}).bind(2, entry.row->unit).bindBlob(3, entry.row->low);
    number.bindBlob(4, entry.row->high).bind(5, entry.vkey);
    RETURN_IF_ERROR(number.run());
  }
  ASSIGN_OR_RETURN(auto patient, connection_.prepare(sql.patient));
  for (const auto& entry : patients_) {
    patient.bind(1, entry.patient).bind(2, int64_t{entry.type}).bind(3, entry.date).bind(4, entry.vkey);
    RETURN_IF_ERROR(patient.run());
  }
  ASSIGN_OR_RETURN(auto present, connection_.prepare(sql.present));
  for (const auto& entry : presents_) {
    present.bind(1, entry.vkey).bind(2, std::string_view(*entry.row));
    RETURN_IF_ERROR(present.run());
  }
  return {};
}

Done IndexWriter::insert(uint32_t& culprit) {
  culprit = kNoBatch;
  RETURN_IF_ERROR(insertTexts(culprit));
  RETURN_IF_ERROR(insertSystems());
  RETURN_IF_ERROR(run(false));
  for (auto parameter : repeated_dates_) {
    ASSIGN_OR_RETURN(auto repeats, connection_.prepare("INSERT OR IGNORE INTO date_repeats(parameter) VALUES(?1)"));
    repeats.bind(1, int64_t{parameter});
    RETURN_IF_ERROR(repeats.run());
  }
  forget();
  return {};
}

Done IndexWriter::remove() {
  RETURN_IF_ERROR(run(true));
  forget();
  return {};
}

bool IndexWriter::isKnown(int64_t hash, uint32_t check) const {
  const Known& slot = known_[slotOf(hash)];
  return slot.hash == hash && slot.check == check;
}

Done IndexWriter::insertTexts(uint32_t& culprit) {
  if (known_.empty()) known_.resize(kKnownSlots);
  std::vector<TextEntry> texts;
  auto consider = [&](const TextEntry& entry) {
    if (!isKnown(entry.hash, checkOf(*entry.text))) texts.push_back(entry);
  };
  for (const auto& entry : values_) consider({entry.row->value, &entry.row->text, entry.batch});
  for (const auto& entry : patient_texts_) consider(entry);
  std::sort(texts.begin(), texts.end(), [](const TextEntry& a, const TextEntry& b) {
    return std::tie(a.hash, a.batch) < std::tie(b.hash, b.batch);
  });

  ASSIGN_OR_RETURN(
      auto insert,
      connection_.prepare("INSERT INTO hashed_text(hash, text) VALUES(?1, ?2) ON CONFLICT(hash) DO NOTHING"));
  ASSIGN_OR_RETURN(auto select, connection_.prepare("SELECT text FROM hashed_text WHERE hash=?1"));
  const TextEntry* before = nullptr;
  for (const auto& entry : texts) {
    bool repeated = before != nullptr && before->hash == entry.hash;
    bool same = repeated && *before->text == *entry.text;
    if (!repeated) {
      insert.bind(1, entry.hash).bind(2, std::string_view(*entry.text));
      RETURN_IF_ERROR(insert.run());
      same = connection_.changes() == 1;
      if (!same) {
        select.bind(1, entry.hash);
        ASSIGN_OR_RETURN(bool found, select.step());
        same = found && select.text(0) == *entry.text;
        select.reset();
      }
      inserted_.push_back({entry.hash, checkOf(*entry.text)});
    }
    if (!same) {
      culprit = entry.batch;
      return Error{Why::Invalid, "a search value has the same hash as a different one and cannot be indexed", ""};
    }
    before = &entry;
  }
  return {};
}

// Readers may know a system before the commit, or one whose commit failed: they look for what is not there.
Done IndexWriter::insertSystems() {
  for (const auto& content : contents_) {
    for (const auto& [parameter, system] : content->rows.token_systems) {
      auto known = known_systems_.insert({parameter, system});
      if (!known.second) continue;
      inserted_systems_.push_back(*known.first);
      RETURN_IF_ERROR(insertTokenSystem(connection_, parameter, system));
      systems_.add(parameter, system);
    }
  }
  return {};
}

void IndexWriter::committed() {
  inserted_systems_.clear();
  for (const auto& known : inserted_) known_[slotOf(known.hash)] = known;
  inserted_.clear();
}

void IndexWriter::rolledBack() {
  forget();
  inserted_.clear();
  for (const auto& one : inserted_systems_) known_systems_.erase(one);
  inserted_systems_.clear();
}

}  // namespace gateway::record::store
