-- Schema 2: ranges of time can drive a search.

-- Versions by the time of their commit: _lastUpdated, and page links of restricted callers.
CREATE INDEX version_by_time ON version(last_updated);

-- Spans longer than a day, by their ends. A shorter one that reaches beyond a moment begins at most a day before it,
-- so the primary key finds it.
CREATE INDEX idx_date_long ON idx_date(parameter, high) WHERE high - low > 86400000000;

-- Date parameters of which a version has ever had more than one value. For any other, `date=ge...&date=lt...` asks
-- about one and the same row.
CREATE TABLE date_repeats(parameter INTEGER PRIMARY KEY);
INSERT INTO date_repeats
  SELECT DISTINCT parameter FROM (SELECT parameter FROM idx_date GROUP BY vkey, parameter HAVING count(*) > 1);
