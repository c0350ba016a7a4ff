-- Schema 3: texts can be found by their beginning.

-- Of displays (:text) and of URLs (uri:below); see search/index_rows.h.
CREATE INDEX hashed_text_text ON hashed_text(text) WHERE text>='T' AND text<'U';
CREATE INDEX hashed_text_uri ON hashed_text(text) WHERE text>='u' AND text<'v';
