#include "tests/support/trial_rest.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace tests::support {

using gateway::access::rest::Dependencies;
using gateway::access::rest::Rest;
using gateway::access::security::AccessTokens;
using gateway::host::HttpRequest;
using gateway::host::HttpResponse;
using gateway::record::store::SqliteStore;

namespace {

// Compiling all expressions takes a while; the extractor is immutable.
const fhir::index::Extractor& extractor() {
  static const auto kExtractor = [] {
    auto made = fhir::index::Extractor::create(fhir::definitions::r4());
    if (!made.ok()) throw std::runtime_error(made.error().text());
    return std::move(made).value();
  }();
  return kExtractor;
}

std::string newFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "onecard-trial-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return pattern;
}

}  // namespace

TrialRest::TrialRest(gateway::access::rest::WriteCheck writes) : folder_(newFolder()) {
  SqliteStore::Options options;
  options.folder = folder_;
  options.clock = &clock_;
  options.extractor = &extractor();
  auto opened = SqliteStore::open(std::move(options));
  if (!opened.ok()) throw std::runtime_error(opened.error().text());
  store_ = std::move(opened).value();
  tokens_ = std::make_unique<AccessTokens>(
      std::vector<gateway::access::security::AccessToken>{{"token-of-anna", {"anna"}}, {"token-of-nobody", {}}},
      AccessTokens::WithoutToken::SeesEverything, "a trial");
  Dependencies dependencies{*store_, fhir::definitions::r4(), clock_,
                            [this] {
                              char id[40];
                              std::snprintf(id, sizeof(id), "%032llx", static_cast<unsigned long long>(++ids_));
                              return std::string(id);
                            },
                            kBase};
  dependencies.rights = [this](const HttpRequest& request) { return tokens_->rightsOf(request); };
  dependencies.check_writes = writes;
  dependencies.signing_key = "the signing key of a trial";
  rest_ = std::make_unique<Rest>(std::move(dependencies));
}

TrialRest::~TrialRest() {
  rest_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

HttpResponse TrialRest::ask(std::string_view method, std::string_view target, std::string_view body,
                            const std::vector<std::pair<std::string, std::string>>& headers) {
  HttpRequest request;
  request.method = method;
  size_t question = target.find('?');
  request.path = "/fhir";
  request.path += target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.body = body;
  request.headers = headers;
  if (body.starts_with('{')) request.headers.emplace_back("content-type", "application/fhir+json");
  return handle(request);
}

}  // namespace tests::support
