-- The record database, schema 1. Worked rows are in gateway/docs/data_formats.md.
-- Times are microseconds since 1970-01-01T00:00Z. Types and parameters are the fixed numbers of fhir/definitions.
-- Hashes are fhir::base::hash64 as signed 64-bit integers. A version is current while to_seq is the largest integer.

CREATE TABLE record_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE institution(number INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);

CREATE TABLE dictionary(number INTEGER PRIMARY KEY, family INTEGER NOT NULL, bytes BLOB NOT NULL);

-- One row for each version, also of deletions. `vkey` ascends with the commits; index rows point to it and never change.
CREATE TABLE version(
  vkey INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  type INTEGER NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL DEFAULT 9223372036854775807,
  last_updated INTEGER NOT NULL,
  institution INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  content_hash BLOB NOT NULL,      -- 16 bytes; empty when deleted
  dictionary INTEGER NOT NULL,     -- 0: none
  raw_size INTEGER NOT NULL,       -- of the stored form before compression
  body BLOB,                       -- zstd
  write_order TEXT,                -- $order of the mapping
  order_tie INTEGER,
  message TEXT,                    -- origin
  part INTEGER
);
CREATE UNIQUE INDEX version_of ON version(type, id, version);
CREATE INDEX version_by_message ON version(message, part) WHERE message IS NOT NULL;

-- (resource, order, content) that a mapping once wrote, where no version shows it (merged, or equal to what was there):
-- a repeat writes nothing.
CREATE TABLE written(
  type INTEGER NOT NULL, id TEXT NOT NULL, write_order TEXT NOT NULL, content_hash BLOB NOT NULL,
  PRIMARY KEY(type, id, write_order, content_hash)) WITHOUT ROWID;

-- Versions that are no longer current and still have index rows, until the retention is over; `at`: when superseded.
CREATE TABLE superseded(
  to_seq INTEGER NOT NULL, vkey INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(to_seq, vkey)) WITHOUT ROWID;

-- The newest sequence that changed something in a Patient's compartment; patient 0: in the types that all callers share.
CREATE TABLE patient_latest(patient INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);

-- Search values. token, reference, uri and presence rows: several hashes for one value (see search/index_rows.h).
CREATE TABLE idx_value(
  parameter INTEGER NOT NULL, value INTEGER NOT NULL, vkey INTEGER NOT NULL,
  PRIMARY KEY(parameter, value, vkey)) WITHOUT ROWID;
CREATE TABLE idx_string(
  parameter INTEGER NOT NULL, text TEXT NOT NULL, exact INTEGER NOT NULL, vkey INTEGER NOT NULL,
  PRIMARY KEY(parameter, text, exact, vkey)) WITHOUT ROWID;   -- text: folded; exact: hash of the text as sent
CREATE TABLE idx_date(
  parameter INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, vkey INTEGER NOT NULL,
  PRIMARY KEY(parameter, low, high, vkey)) WITHOUT ROWID;
CREATE TABLE idx_number(
  parameter INTEGER NOT NULL, unit INTEGER NOT NULL, low BLOB NOT NULL, high BLOB NOT NULL, vkey INTEGER NOT NULL,
  PRIMARY KEY(parameter, unit, low, high, vkey)) WITHOUT ROWID;  -- unit: 0 any, else hash of system|code or of the canonical unit
-- The clinic's screen: one patient's resources of a type, newest first.
CREATE TABLE idx_patient(
  patient INTEGER NOT NULL, type INTEGER NOT NULL, date INTEGER NOT NULL, vkey INTEGER NOT NULL,
  PRIMARY KEY(patient, type, date DESC, vkey)) WITHOUT ROWID;
-- Which Patients' compartments a version is in: the right to see it.
CREATE TABLE compartment(
  vkey INTEGER NOT NULL, patient INTEGER NOT NULL,
  PRIMARY KEY(vkey, patient)) WITHOUT ROWID;
-- Hash -> text, so that a collision of two different texts is detected inside the commit.
CREATE TABLE hashed_text(hash INTEGER PRIMARY KEY, text TEXT NOT NULL);
-- By version first: point checks of a version that another clause found, sorting, and the purge of superseded rows.
-- vkey ascends, so these grow at their ends.
CREATE INDEX version_current ON version(type, vkey, to_seq, from_seq, deleted);
CREATE INDEX idx_string_of ON idx_string(vkey, parameter);
CREATE INDEX idx_date_of ON idx_date(vkey, parameter);
CREATE INDEX idx_number_of ON idx_number(vkey, parameter, unit);
