#include "gateway/record/store/sqlite/version_reader.h"

#include <zstd.h>

#include <unordered_map>

#include "fhir/base/temporal.h"
#include "fhir/model/json_writer.h"
#include "gateway/record/store/sqlite/body_reader.h"

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

struct VersionReader::Body {
  Body(sql::Connection& connection_in, int zone)
      : connection(connection_in), bodies(connection_in), zone_minutes(zone) {}

  Result<std::string> institution(int64_t number) {
    auto known = institutions.find(number);
    if (known != institutions.end()) return known->second;
    ASSIGN_OR_RETURN(auto select, connection.prepare("SELECT code FROM institution WHERE number=?1"));
    select.bind(1, number);
    ASSIGN_OR_RETURN(bool found, select.step());
    if (!found) return Error{Why::Fault, "an institution number has no row", std::to_string(number)};
    std::string code(select.text(0));
    institutions.emplace(number, code);
    return code;
  }

  sql::Connection& connection;
  BodyReader bodies;
  int zone_minutes;
  std::unordered_map<int64_t, std::string> institutions;  // never change once committed
};

VersionReader::VersionReader(sql::Connection& connection, int zone_minutes)
    : body_(std::make_unique<Body>(connection, zone_minutes)) {}

VersionReader::~VersionReader() = default;

std::string instantText(int64_t microseconds, int zone_minutes) {
  auto time = fhir::base::Temporal::fromMicroseconds(microseconds, zone_minutes);
  time.precision = fhir::base::Precision::Fraction;
  time.fraction_digits = 3;
  time.has_zone = true;
  time.zone_minutes = static_cast<int16_t>(zone_minutes);
  return time.text();
}

Result<Version> VersionReader::read(const sql::Statement& row) {
  Version version;
  version.type = static_cast<TypeNumber>(row.integer(1));
  version.id = row.text(2);
  version.version = static_cast<uint64_t>(row.integer(3));
  version.last_updated = row.integer(4);
  version.sequence = static_cast<uint64_t>(row.integer(5));
  version.deleted = row.integer(6) != 0;
  if (row.integer(10) != 0) {
    ASSIGN_OR_RETURN(version.institution, body_->institution(row.integer(10)));
  }
  version.message = row.text(11);
  version.part = static_cast<uint32_t>(row.integer(12));
  if (version.deleted) return version;
  ASSIGN_OR_RETURN(std::string stored, body_->bodies.unpack(row.integer(7), row.integer(8), row.blob(9)));
  version.json = fhir::model::withVersion(stored, std::to_string(version.version),
                                          instantText(version.last_updated, body_->zone_minutes));
  return version;
}

Result<Version> VersionReader::byKey(int64_t vkey) {
  static const std::string kSql = std::string("SELECT ") + kColumns + " FROM version AS v WHERE v.vkey=?1";
  ASSIGN_OR_RETURN(auto select, body_->connection.prepare(kSql));
  select.bind(1, vkey);
  ASSIGN_OR_RETURN(bool found, select.step());
  if (!found) return Error{Why::NotFound, "no version has this key", std::to_string(vkey)};
  return read(select);
}

}  // namespace gateway::record::store
