#include "gateway/app/compose.h"

#include <filesystem>

#include "connectors/sdk/connector_abi.h"
#include "fhir/base/temporal.h"
#include "fhir/definitions/lookup.h"
#include "fhir/index/extractor.h"
#include "gateway/access/rest/rest.h"
#include "gateway/access/security/access_tokens.h"
#include "gateway/app/artefact_files.h"
#include "gateway/app/institutions.h"
#include "gateway/app/operations_pages.h"
#include "gateway/app/site_key.h"
#include "gateway/host/clock.h"
#include "gateway/host/crash_point.h"
#include "gateway/host/http_server.h"
#include "gateway/host/log.h"
#include "gateway/host/metrics.h"
#include "gateway/intake/connectors/loader.h"
#include "gateway/intake/connectors/runner.h"
#include "gateway/intake/pipeline/validation.h"
#include "gateway/record/search/derived_parameters.h"
#include "gateway/record/store/sqlite/sqlite_store.h"
#include "mappings/engine/map_runner.h"
#include "mappings/source/encodings.h"

extern "C" {
const onecard_connector* onecard_connector_mllp(void);
const onecard_connector* onecard_connector_soap(void);
const onecard_connector* onecard_connector_file(void);
}

namespace gateway::app {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using mappings::engine::MapLibrary;
using record::store::SqliteStore;

namespace {

// "+08:00" -> 480
Result<int> zoneMinutes(const host::Settings& settings) {
  const std::string& text = settings.text("site.zone");
  auto parsed = fhir::base::Temporal::parseDateTime("2000-01-01T00:00:00" + text);
  if (!parsed.ok() || !parsed->has_zone) {
    return Error{Why::Invalid, "a zone is written as +08:00", settings.find("site.zone")->where};
  }
  return static_cast<int>(parsed->zone_minutes);
}

std::string fromFolderOf(const std::string& config_path, const std::string& path) {
  if (path.empty() || path[0] == '/') return path;
  return (std::filesystem::path(config_path).parent_path() / path).lexically_normal().string();
}

// The file that a setting stands in: of "conf/demo.yaml:12:3" the part before the numbers.
std::string fileOf(const std::string& where, const std::string& otherwise) {
  const size_t column = where.rfind(':');
  const size_t line = column == std::string::npos || column == 0 ? column : where.rfind(':', column - 1);
  return line == std::string::npos ? otherwise : where.substr(0, line);
}

intake::ReplySettings replySettings(const host::Settings& settings, const std::string& key) {
  intake::ReplySettings reply;
  const std::string& ack = settings.text(key + ".ack");
  reply.ack = ack == "committed" ? intake::AckPoint::Committed
              : ack == "read"    ? intake::AckPoint::Read
                                 : intake::AckPoint::Stored;
  const std::string& style = settings.text(key + ".reply");
  reply.style = style == "hl7v2"      ? intake::ReplyStyle::Hl7v2
                : style == "template" ? intake::ReplyStyle::Template
                                      : intake::ReplyStyle::None;
  reply.wait_ms = settings.number(key + ".wait");
  reply.media_type = settings.text(key + ".reply_type");
  reply.accepted = settings.text(key + ".reply_accepted");
  reply.refused = settings.text(key + ".reply_refused");
  return reply;
}

}  // namespace

struct Gateway::Body {
  explicit Body(const host::Settings& read) : settings(read) {}

  host::Settings settings;
  std::string config_path, data;
  int zone = 480;
  host::SystemClock clock;
  std::unique_ptr<host::Log> log;
  host::Metrics metrics;
  std::unique_ptr<Institutions> institutions;
  std::unique_ptr<fhir::index::Extractor> extractor;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<MapLibrary> library;
  std::unique_ptr<intake::Inbox> inbox;
  std::unique_ptr<intake::Pipeline> pipeline;
  std::unique_ptr<access::security::AccessTokens> tokens;
  std::optional<Artefacts> artefacts;                                      // once asked for
  std::map<std::string, std::shared_ptr<intake::Validation>> validations;  // by the policy's file
  std::unique_ptr<access::rest::Rest> rest;
  std::unique_ptr<host::HttpServer> http, source_http;
  std::unique_ptr<intake::ConnectorLoader> loader;
  std::vector<std::unique_ptr<intake::ConnectorRunner>> runners;
  std::unique_ptr<host::AdminSocket> admin;
  std::string base_url;
  std::atomic<bool> ready{false};
  bool stopped = false;

  Done openRecord();
  Done openMappings(const std::string& site_key);
  Done openInstitutions();
  Result<std::string> siteKey() const;
  Done openIntake();
  Result<std::vector<intake::Source>> sources();
  Done openArtefacts();
  Result<std::shared_ptr<intake::Validation>> validationOf(const host::SettingValue& policy);
  Done openAccess();
  Done makeHttp();
  Done openConnectors(const std::vector<intake::Source>& of_sources);
  Result<intake::ReplySettings> replyOf(const std::string& source) const;
  Done createRunner(const intake::Source& source);
  void gauges();
};

Done Gateway::Body::openRecord() {
  std::error_code failed;
  std::filesystem::create_directories(data, failed);
  if (failed) return Error{Why::Unavailable, "cannot make the data folder: " + failed.message(), data};
  fhir::index::ExtractorOptions extraction;
  extraction.zone_minutes = zone;
  extraction.leave_out = gateway::record::search::derivedParameters();
  ASSIGN_OR_RETURN(auto made, fhir::index::Extractor::create(fhir::definitions::r4(), extraction));
  extractor = std::make_unique<fhir::index::Extractor>(std::move(made));
  SqliteStore::Options options;
  options.folder = data;
  options.clock = &clock;
  options.extractor = extractor.get();
  options.zone_minutes = zone;
  options.group_milliseconds = settings.number("record.group_window");
  options.cache_bytes = settings.number("record.cache");
  options.reader_cache_bytes = settings.number("record.reader_cache");
  options.readers = static_cast<uint32_t>(settings.number("record.readers"));
  options.retention_seconds = settings.number("record.retention") / 1000;
  options.hook = [](std::string_view point) { host::crashPoint(point); };
  ASSIGN_OR_RETURN(store, SqliteStore::open(options));
  return {};
}

Result<std::string> Gateway::Body::siteKey() const {
  std::string key = settings.text("site.key");
  if (!key.empty()) return key;
  return secretOfDataFolder(data, "site.key");
}

Done Gateway::Body::openInstitutions() {
  ASSIGN_OR_RETURN(zone, zoneMinutes(settings));
  ASSIGN_OR_RETURN(auto read, Institutions::read(settings));
  institutions = std::make_unique<Institutions>(std::move(read));
  return {};
}

Done Gateway::Body::openMappings(const std::string& site_key) {
  MapLibrary::Options options;
  options.folder = fromFolderOf(config_path, settings.text("mappings.folder"));
  options.site_key = site_key;
  options.canonical_base = settings.text("site.canonical") + "/";
  options.directory = institutions.get();
  ASSIGN_OR_RETURN(auto loaded, MapLibrary::load(options));
  library = std::make_unique<MapLibrary>(std::move(loaded));
  return {};
}

Result<std::vector<intake::Source>> Gateway::Body::sources() {
  std::vector<intake::Source> sources;
  for (const std::string& name : settings.names("sources")) {
    std::string key = "sources." + name;
    intake::Source source;
    source.name = name;
    source.institution = settings.text(key + ".institution");
    source.encoding = settings.text(key + ".encoding");
    source.mappings = settings.list(key + ".mappings");
    if (!source.encoding.empty() && mappings::source::canonicalEncoding(source.encoding).empty()) {
      return Error{Why::Invalid, "no character encoding is called " + source.encoding,
                   settings.find(key + ".encoding")->where};
    }
    for (const std::string& mapping : source.mappings) {
      auto options = library->readOptions(mapping);
      if (!options.ok()) return Error{Why::Invalid, options.error().what, settings.find(key + ".mappings")->where};
      if (!source.format.empty() && source.format != options->format) {
        return Error{Why::Invalid, "the mappings of one source read the same format",
                     settings.find(key + ".mappings")->where};
      }
      source.format = options->format;
    }
    if (const auto* policy = settings.find(key + ".validation"); policy != nullptr && !policy->text.empty()) {
      ASSIGN_OR_RETURN(source.validation, validationOf(*policy));
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

Done Gateway::Body::openIntake() {
  intake::PartLedger ledger(*store);
  RETURN_IF_ERROR(ledger.createTables());
  ASSIGN_OR_RETURN(uint64_t last, ledger.lastSequence());
  intake::Inbox::Options options;
  options.folder = data + "/inbox";
  options.clock = &clock;
  options.max_message_bytes = static_cast<size_t>(settings.number("inbox.max_message"));
  options.max_queue = static_cast<size_t>(settings.number("inbox.max_queue"));
  options.first_sequence = last + 1;
  options.known = [this](std::string_view id) -> std::optional<intake::KnownMessage> {
    auto state = intake::PartLedger(*store).message(id);
    if (!state.ok() || !state->has_value()) return {};
    return intake::KnownMessage{(*state)->received, (*state)->sequence};
  };
  ASSIGN_OR_RETURN(inbox, intake::Inbox::open(std::move(options)));

  intake::Pipeline::Options pipes;
  pipes.store = store.get();
  pipes.inbox = inbox.get();
  pipes.library = library.get();
  pipes.clock = &clock;
  pipes.log = log.get();
  pipes.metrics = &metrics;
  ASSIGN_OR_RETURN(pipes.sources, sources());
  pipes.zone_minutes = zone;
  pipes.workers = static_cast<int>(settings.number("intake.workers"));
  pipeline = std::make_unique<intake::Pipeline>(std::move(pipes));
  return {};
}

// What cannot be read is logged and left out: a record without one value set is better than none.
Done Gateway::Body::openArtefacts() {
  if (artefacts) return {};
  std::string folder = fromFolderOf(config_path, settings.text("artefacts.folder"));
  std::vector<std::string> folders;
  if (std::filesystem::is_directory(folder)) folders.push_back(folder);
  fhir::base::Findings findings;
  ASSIGN_OR_RETURN(artefacts, loadArtefacts(folders, settings.text("site.canonical") + "/", findings));
  for (const auto& finding : findings.list()) {
    log->error("artefacts.file", {{"file", finding.source}, {"why", finding.what}});
  }
  return {};
}

// Sources with the same policy share it.
Result<std::shared_ptr<intake::Validation>> Gateway::Body::validationOf(const host::SettingValue& policy) {
  const std::string path = fromFolderOf(fileOf(policy.where, config_path), policy.text);
  auto& known = validations[path];
  if (known) return known;
  RETURN_IF_ERROR(openArtefacts());
  auto read = [path, profiles = artefacts->profiles]() -> Result<fhir::validate::Policy> {
    ASSIGN_OR_RETURN(auto table, fhir::base::readYamlFile(path));
    ASSIGN_OR_RETURN(auto read_policy, fhir::validate::Policy::read(table, path));
    for (const auto& named : read_policy.profiles()) {
      if (profiles->find(named.canonical) == nullptr)
        return Error{Why::Invalid, "no profile of the folder of artefacts is called so", named.where};
    }
    return read_policy;
  };
  auto made = intake::Validation::create({artefacts->profiles, artefacts->terminology, std::move(read)});
  if (!made.ok() && made.error().why == Why::NotFound) {
    return Error{Why::Invalid, "there is no policy " + path, policy.where};
  }
  if (!made.ok()) return made.error();
  known = std::move(made).value();
  return known;
}

Done Gateway::Body::openAccess() {
  using access::security::AccessTokens;
  std::vector<access::security::AccessToken> known;
  for (const std::string& name : settings.names("access.tokens")) {
    std::string key = "access.tokens." + name;
    known.push_back({settings.text(key + ".token"), settings.list(key + ".patients")});
  }
  bool open = settings.number("access.open") != 0;
  tokens = std::make_unique<AccessTokens>(
      std::move(known), open ? AccessTokens::WithoutToken::SeesEverything : AccessTokens::WithoutToken::Refuse,
      "access.open is yes in " + config_path);
  ASSIGN_OR_RETURN(std::string signing_key, secretOfDataFolder(data, "page_links.key"));
  base_url = settings.text("http.base_url");
  if (base_url.empty()) {
    base_url = "http://" + settings.text("http.address") + ":" + std::to_string(http->port()) + "/fhir";
  }
  RETURN_IF_ERROR(openArtefacts());
  access::rest::Dependencies needs{*store, fhir::definitions::r4(), clock, [] { return randomId(); }, base_url, zone};
  needs.limits.default_count = static_cast<uint32_t>(settings.number("search.default_count"));
  needs.limits.max_count = static_cast<uint32_t>(settings.number("search.max_count"));
  needs.rights = [this](const host::HttpRequest& request) { return tokens->rightsOf(request); };
  needs.signing_key = signing_key;
  needs.terminology = artefacts->terminology;
  needs.profiles = artefacts->profiles;
  if (settings.text("access.check_writes") == "all") needs.check_writes = access::rest::WriteCheck::All;
  needs.on_fault = [this](std::string_view request_id, std::string_view what) {
    log->error("rest.fault", {{"request", request_id}, {"why", what}});
  };
  rest = std::make_unique<access::rest::Rest>(std::move(needs));
  return {};
}

Done Gateway::Body::makeHttp() {
  auto listener = [&](const std::string& section) {
    host::HttpServer::Options options;
    options.address = settings.text(section + ".address");
    options.port = static_cast<uint16_t>(settings.number(section + ".port"));
    options.limits.body = static_cast<size_t>(settings.number(section + ".body"));
    options.limits.connections = static_cast<int>(settings.number("http.connections"));
    options.limits.connections_per_address = static_cast<int>(settings.number("http.connections_per_address"));
    options.limits.requests_per_second_per_address =
        static_cast<int>(settings.number("http.requests_per_second_per_address"));
    return options;
  };
  auto options = listener("http");
  options.on_error = [](int status, std::string_view what) { return access::rest::Rest::gateError(status, what); };
  http = std::make_unique<host::HttpServer>(options);
  // With port 0 the base URL, and so `rest`, is known only after the listener has begun.
  http->route(
      "/fhir",
      [this](const host::HttpRequest& request) {
        return ready ? rest->handle(request)
                     : access::rest::Rest::gateError(503, "the gateway is starting or stopping");
      },
      [this](const host::HttpRequest& head) {
        return ready ? rest->beforeBody(head) : std::optional<host::HttpResponse>();
      });
  routeOperationsPages(*http, metrics, [this] { return ready.load(); });
  source_http = std::make_unique<host::HttpServer>(listener("source_http"));
  return {};
}

Result<intake::ReplySettings> Gateway::Body::replyOf(const std::string& source) const {
  const std::string key = "sources." + source;
  intake::ReplySettings reply = replySettings(settings, key);
  auto checked = intake::checkReply(reply);
  if (checked.ok()) return reply;
  const auto* place = settings.find(key + "." + checked.error().where);
  return Error{Why::Invalid, checked.error().what, place == nullptr ? "source " + source : place->where};
}

Done Gateway::Body::createRunner(const intake::Source& source) {
  const std::string key = "sources." + source.name;
  auto connector = loader->find(settings.text(key + ".connector"));
  if (!connector.ok()) {
    return Error{Why::Invalid, connector.error().what, settings.find(key + ".connector")->where};
  }
  ASSIGN_OR_RETURN(intake::ReplySettings reply, replyOf(source.name));
  intake::SourceDoor::Parts door_parts{inbox.get(), pipeline.get(), &metrics, zone};
  auto door = std::make_unique<intake::SourceDoor>(source, std::move(reply), door_parts);
  std::vector<intake::ConnectorSetting> given;
  for (const auto& [setting, value] : settings.below(key + ".settings")) {
    given.push_back({setting, value.text, value.where});
  }
  intake::RunnerParts parts;
  parts.http = source_http.get();
  parts.log = log.get();
  parts.metrics = &metrics;
  parts.data_folder = data;
  parts.state_folder = data + "/connectors/" + source.name;
  ASSIGN_OR_RETURN(auto runner,
                   intake::ConnectorRunner::create(**connector, std::move(door), given, std::move(parts)));
  runners.push_back(std::move(runner));
  return {};
}

Done Gateway::Body::openConnectors(const std::vector<intake::Source>& of_sources) {
  loader = std::make_unique<intake::ConnectorLoader>(std::vector<const onecard_connector*>{
      onecard_connector_mllp(), onecard_connector_soap(), onecard_connector_file()});
  const std::string& folder = settings.text("connectors.folder");
  if (!folder.empty()) RETURN_IF_ERROR(loader->openFolder(fromFolderOf(config_path, folder)));
  for (const intake::Source& source : of_sources) RETURN_IF_ERROR(createRunner(source));
  return {};
}

void Gateway::Body::gauges() {
  metrics.gauge("onecard_inbox_oldest_unprocessed_seconds", "age of the oldest message that is not final", "",
                [this] { return static_cast<double>(pipeline->oldestUnprocessedMicroseconds()) / 1e6; });
  metrics.gauge("onecard_inbox_unprocessed_parts", "parts under way", "",
                [this] { return static_cast<double>(pipeline->partsUnderWay()); });
  metrics.gauge("onecard_parts_parked", "parts that wait for somebody with their reason", "", [this] {
    auto count = pipeline->ledger().parkedCount();
    return count.ok() ? static_cast<double>(*count) : -1.0;
  });
  auto record = [this](const char* name, const char* help, uint64_t record::store::ResourceStore::Figures::*figure) {
    metrics.gauge(name, help, "", [this, figure] { return static_cast<double>(store->figures().*figure); });
  };
  using Figures = record::store::ResourceStore::Figures;
  record("onecard_record_resources", "current resources", &Figures::resources);
  record("onecard_record_commits", "commits since the start", &Figures::commits);
  record("onecard_record_group_commits", "fsynced groups of commits since the start", &Figures::group_commits);
  record("onecard_record_wal_bytes", "size of the write-ahead log", &Figures::wal_bytes);
  record("onecard_record_file_bytes", "size of the record file", &Figures::file_bytes);
  metrics.gauge("onecard_inbox_messages", "messages accepted since the start", "",
                [this] { return static_cast<double>(inbox->figures().messages); });
  metrics.gauge("onecard_inbox_commits", "fsynced groups of messages since the start", "",
                [this] { return static_cast<double>(inbox->figures().commits); });
  metrics.gauge("onecard_http_connections", "open connections of the FHIR interface", "",
                [this] { return static_cast<double>(http->connections()); });
}

Gateway::Gateway(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Result<std::unique_ptr<Gateway>> Gateway::open(const host::Settings& settings, const std::string& config_path,
                                               const std::string& data) {
  auto body = std::make_unique<Body>(settings);
  body->config_path = config_path;
  body->data = data;
  body->log = std::make_unique<host::Log>(settings.text("log.format") == "json" ? host::Log::Format::Json
                                                                                : host::Log::Format::Text);
  RETURN_IF_ERROR(body->openInstitutions());
  RETURN_IF_ERROR(body->openRecord());
  ASSIGN_OR_RETURN(const std::string site_key, body->siteKey());
  RETURN_IF_ERROR(body->openMappings(site_key));
  RETURN_IF_ERROR(body->openIntake());
  return std::unique_ptr<Gateway>(new Gateway(std::move(body)));
}

Gateway::~Gateway() { stop(); }

Done Gateway::check(const host::Settings& settings, const std::string& config_path) {
  Body body(settings);
  body.config_path = config_path;
  body.data = settings.text("data");
  body.log = std::make_unique<host::Log>(host::Log::Format::Text);
  RETURN_IF_ERROR(body.openInstitutions());
  RETURN_IF_ERROR(body.openMappings("checked without a data folder"));
  ASSIGN_OR_RETURN(const auto sources, body.sources());
  return body.openConnectors(sources);
}

Done Gateway::createConnectors() {
  RETURN_IF_ERROR(body_->makeHttp());
  ASSIGN_OR_RETURN(const auto sources, body_->sources());
  return body_->openConnectors(sources);
}

Done Gateway::startProcessing() { return body_->pipeline->start(); }

Done Gateway::startServing() {
  Body& b = *body_;
  RETURN_IF_ERROR(createConnectors());
  b.gauges();
  RETURN_IF_ERROR(b.http->start());
  RETURN_IF_ERROR(b.openAccess());
  for (auto& runner : b.runners) RETURN_IF_ERROR(runner->start());
  RETURN_IF_ERROR(b.source_http->start());
  b.admin = std::make_unique<host::AdminSocket>(
      adminSocketPath(b.data), [this](const std::vector<std::string>& words, const host::AdminOutput& out) {
        return runCommand(commandParts(), words, out);
      });
  RETURN_IF_ERROR(b.admin->start());
  b.ready = true;
  b.log->info("gateway.ready", {{"base", b.base_url}, {"sources", int64_t(b.runners.size())}});
  return {};
}

void Gateway::stop() {
  Body& b = *body_;
  if (b.stopped) return;
  b.stopped = true;
  const bool served = b.ready.exchange(false);
  if (b.admin) b.admin->stop();
  for (auto& runner : b.runners) runner->stop();
  if (b.source_http) b.source_http->stop();
  if (b.http) b.http->stop();
  if (b.pipeline) b.pipeline->stop();
  b.runners.clear();
  if (served) b.log->info("gateway.stopped");
}

CommandParts Gateway::commandParts() {
  return {*body_->store, *body_->inbox, *body_->pipeline, *body_->library, body_->zone};
}

const std::string& Gateway::baseUrl() const { return body_->base_url; }

std::string adminSocketPath(const std::string& data) { return data + "/admin.sock"; }

}  // namespace gateway::app
