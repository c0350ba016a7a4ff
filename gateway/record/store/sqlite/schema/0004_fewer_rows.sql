-- Schema 4: fewer rows for each resource, and fewer places in which they are written.

-- Which parameters have a value (:missing): one row for each version instead of one for each parameter.
CREATE TABLE idx_present(vkey INTEGER PRIMARY KEY, parameters TEXT NOT NULL);  -- ",12,34,": see search/index_rows.h
INSERT INTO idx_present
  SELECT vkey, ',' || group_concat(parameter, ',') || ',' FROM
    (SELECT vkey, parameter FROM idx_value WHERE value=(SELECT hash FROM hashed_text WHERE text='p')
     ORDER BY vkey, parameter)
  GROUP BY vkey;
DELETE FROM idx_value WHERE value=(SELECT hash FROM hashed_text WHERE text='p');
DELETE FROM hashed_text WHERE text='p';

-- A token has one row, under its system and code, and a code alone is looked for under the systems of its parameter;
-- an id is looked for under the types that a reference can have. `system`: empty for tokens without one.
CREATE TABLE token_system(parameter INTEGER NOT NULL, system TEXT NOT NULL, PRIMARY KEY(parameter, system)) WITHOUT ROWID;
INSERT OR IGNORE INTO token_system
  SELECT v.parameter, CASE WHEN t.text<'o' THEN '' ELSE substr(t.text, 3) END
  FROM (SELECT DISTINCT parameter, value FROM idx_value) AS v JOIN hashed_text AS t ON t.hash=v.value
  WHERE (t.text>='s' || char(31) AND t.text<'s ') OR (t.text>='n' || char(31) AND t.text<'n ');
DELETE FROM idx_value WHERE value IN (
  SELECT hash FROM hashed_text
  WHERE (text>='c' || char(31) AND text<'c ') OR (text>='i' || char(31) AND text<'i '));
DELETE FROM hashed_text WHERE (text>='c' || char(31) AND text<'c ') OR (text>='i' || char(31) AND text<'i ');

-- Numbers stand by version instead of by size: new ones are then written at the ends of few runs, and a search by
-- number looks through the run of its unit.
DROP INDEX idx_number_of;
ALTER TABLE idx_number RENAME TO idx_number_by_size;
CREATE TABLE idx_number(
  parameter INTEGER NOT NULL, unit INTEGER NOT NULL, vkey INTEGER NOT NULL, low BLOB NOT NULL, high BLOB NOT NULL,
  PRIMARY KEY(parameter, unit, vkey, low, high)) WITHOUT ROWID;
INSERT INTO idx_number SELECT parameter, unit, vkey, low, high FROM idx_number_by_size ORDER BY 1, 2, 3, 4, 5;
DROP TABLE idx_number_by_size;
