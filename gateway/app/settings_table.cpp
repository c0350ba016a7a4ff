#include "gateway/app/settings_table.h"

namespace gateway::app {

using host::Setting;
using host::SettingKind;

const std::vector<Setting>& settingsTable() {
  static const std::vector<Setting> table = {
      {"data", SettingKind::Path, "data", "", "folder of everything that is stored; --data overrides it", "0.1"},

      {"site.zone", SettingKind::Text, "+08:00", "", "zone of times that are sent without one, as +hh:mm", "0.1"},
      {"site.canonical", SettingKind::Text, "http://onecard.example", "",
       "prefix of our own system URIs, without a last slash", "0.1"},
      {"site.key", SettingKind::Text, "", "",
       "secret from which ids are made; empty: the file site.key in the data folder, made at the first start. "
       "It belongs to the backup and never changes",
       "0.1"},

      {"http.address", SettingKind::Address, "127.0.0.1", "", "address of the FHIR interface", "0.1"},
      {"http.port", SettingKind::Integer, "8080", "", "port of the FHIR interface; 0: any free one", "0.1"},
      {"http.base_url", SettingKind::Text, "", "", "base URL as clients see it; empty: http://<address>:<port>/fhir",
       "0.1"},
      {"http.body", SettingKind::Bytes, "16MiB", "", "largest request body", "0.1"},
      {"http.connections", SettingKind::Integer, "8192", "", "most connections at a time", "0.1"},
      {"http.connections_per_address", SettingKind::Integer, "256", "",
       "most connections from one address; from loopback 16 times as many", "0.1"},
      {"http.requests_per_second_per_address", SettingKind::Integer, "1000", "",
       "requests a second from one address, twice as many at once; loopback is not counted; 0: no cap", "0.1"},

      {"source_http.address", SettingKind::Address, "127.0.0.1", "",
       "address of the listener on which connectors have their routes", "0.1"},
      {"source_http.port", SettingKind::Integer, "8081", "", "its port; 0: any free one", "0.1"},
      {"source_http.body", SettingKind::Bytes, "16MiB", "", "largest message by HTTP", "0.1"},

      {"log.format", SettingKind::Choice, "text", "text|json", "form of the lines on standard error", "0.1"},

      {"inbox.max_message", SettingKind::Bytes, "64MiB", "", "largest message of any source", "0.1"},
      {"inbox.max_queue", SettingKind::Integer, "4096", "",
       "messages that may wait for their commit; beyond it senders are told to come again", "0.1"},
      {"intake.workers", SettingKind::Integer, "2", "", "threads that map messages", "0.1"},

      {"record.cache", SettingKind::Bytes, "256MiB", "", "page cache of the record's writer", "0.1"},
      {"record.readers", SettingKind::Integer, "4", "", "connections for reading the record", "0.1"},
      {"record.reader_cache", SettingKind::Bytes, "16MiB", "", "page cache of each of them", "0.1"},
      {"record.group_window", SettingKind::Duration, "2ms", "",
       "how long a commit waits for others to share its fsync, under load", "0.1"},
      {"record.retention", SettingKind::Duration, "1h", "",
       "how long index rows of superseded versions are kept: the age that a page link may reach", "0.1"},

      {"search.default_count", SettingKind::Integer, "20", "", "matches on a page when _count is not given", "0.1"},
      {"search.max_count", SettingKind::Integer, "200", "", "most matches on a page", "0.1"},

      {"mappings.folder", SettingKind::Path, "../mappings", "",
       "folder of mappings and code maps, taken from the folder of this file", "0.1"},
      {"artefacts.folder", SettingKind::Path, "artefacts", "",
       "folder of CodeSystem, ValueSet, ConceptMap and StructureDefinition resources and packages (.tgz) for "
       "terminology and validation, taken from the folder of this file",
       "0.2"},
      {"connectors.folder", SettingKind::Path, "", "",
       "folder of further connectors (connector_<name>.so); empty: only those linked in", "0.1"},

      {"access.open", SettingKind::Yes_No, "no", "",
       "yes: requests without a token may do everything; for demonstrations on loopback only", "0.1"},
      {"access.check_writes", SettingKind::Choice, "form", "form|all",
       "what comes in by the FHIR interface must have the form of FHIR, or all: no errors of cardinality, bindings, "
       "invariants and the profiles that it names (422)",
       "0.2"},
      {"access.tokens.*.token", SettingKind::Text, "(required)", "", "the bearer token; use ${secret:...}", "0.1"},
      {"access.tokens.*.patients", SettingKind::List, "", "",
       "ids of the Patients whose compartments the token may read; empty: nothing", "0.1"},

      {"communities.*.name", SettingKind::Text, "(required)", "", "name of the medical community", "0.1"},
      {"communities.*.county", SettingKind::Text, "", "", "GB/T 2260 code of its county", "0.1"},
      {"institutions.*.name", SettingKind::Text, "(required)", "", "name as people know it", "0.1"},
      {"institutions.*.community", SettingKind::Text, "", "", "the community it belongs to", "0.1"},
      {"institutions.*.aliases", SettingKind::List, "", "",
       "codes by which systems call it: 9, 12, 18 or 22 characters, local ones", "0.1"},
      {"institutions.*.facts", SettingKind::Section, "", "",
       "what mappings may lookup() about it; follow-up-period: year or month for dates sent without a year", "0.1"},

      {"sources.*.connector", SettingKind::Text, "(required)", "", "how its bytes come: mllp, soap, file, ...",
       "0.1"},
      {"sources.*.institution", SettingKind::Text, "(required)", "",
       "the institution that sends; for a source of several, the one that runs it", "0.1"},
      {"sources.*.institutions", SettingKind::List, "", "",
       "institutions whose codes the content of this source may name; empty: only its own", "0.1"},
      {"sources.*.mappings", SettingKind::List, "", "", "mappings to try, in order: hl7v2/oru_r01", "0.1"},
      {"sources.*.encoding", SettingKind::Text, "", "",
       "encoding of the messages; empty: declared in the message, else found out", "0.1"},
      {"sources.*.ack", SettingKind::Choice, "stored", "stored|read|committed",
       "when the sender hears yes: the bytes are safe; they could be read; everything is in the record", "0.1"},
      {"sources.*.wait", SettingKind::Duration, "20s", "", "with ack: committed, how long a sender is kept", "0.1"},
      {"sources.*.reply", SettingKind::Choice, "none", "none|hl7v2|template", "what the sender gets back", "0.1"},
      {"sources.*.reply_type", SettingKind::Text, "text/xml; charset=utf-8", "", "media type of template replies",
       "0.1"},
      {"sources.*.reply_accepted", SettingKind::Text, "", "",
       "template: %{receipt}, %{received}, and with ack: committed %{id:name} of a resource by its $as name", "0.1"},
      {"sources.*.reply_refused", SettingKind::Text, "", "", "template: also %{reason}", "0.1"},
      {"sources.*.validation", SettingKind::Path, "", "",
       "policy that grades what validation finds in the resources: reject, quarantine, accept, ignore "
       "(policies/county.yaml), taken from the folder of this file; empty: resources are only read",
       "0.2"},
      {"sources.*.settings", SettingKind::Section, "", "", "settings of the connector, see its README", "0.1"},
  };
  return table;
}

}  // namespace gateway::app
