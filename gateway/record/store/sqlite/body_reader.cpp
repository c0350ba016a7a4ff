#include "gateway/record/store/sqlite/body_reader.h"

#include <zstd.h>

#include <unordered_map>

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

// Larger than any resource that is taken in; a damaged size must not make us ask for the machine's memory.
constexpr int64_t kMostBytes = 256 << 20;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeDictionary {
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};
using Dictionary = std::unique_ptr<ZSTD_DDict, FreeDictionary>;

}  // namespace

struct BodyReader::State {
  explicit State(sql::Connection& connection_in) : connection(connection_in), context(ZSTD_createDCtx()) {}

  Result<const ZSTD_DDict*> dictionary(int64_t number) {
    auto known = dictionaries.find(number);
    if (known != dictionaries.end()) return known->second.get();
    ASSIGN_OR_RETURN(auto select, connection.prepare("SELECT bytes FROM dictionary WHERE number=?1"));
    select.bind(1, number);
    ASSIGN_OR_RETURN(bool found, select.step());
    if (!found) return Error{Why::Unavailable, "the record lacks the dictionary of a body", std::to_string(number)};
    auto bytes = select.blob(0);
    Dictionary made(ZSTD_createDDict(bytes.data(), bytes.size()));
    return dictionaries.emplace(number, std::move(made)).first->second.get();
  }

  sql::Connection& connection;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context;
  std::unordered_map<int64_t, Dictionary> dictionaries;  // never change once committed
};

BodyReader::BodyReader(sql::Connection& connection) : state_(std::make_unique<State>(connection)) {}

BodyReader::~BodyReader() = default;

Result<std::string> BodyReader::unpack(int64_t dictionary, int64_t raw_size, std::string_view body) {
  if (raw_size < 0 || raw_size > kMostBytes)
    return Error{Why::Unavailable, "a stored body has an impossible size", ""};
  std::string stored(static_cast<size_t>(raw_size), '\0');
  size_t size = 0;
  if (dictionary == 0) {
    size = ZSTD_decompressDCtx(state_->context.get(), stored.data(), stored.size(), body.data(), body.size());
  } else {
    ASSIGN_OR_RETURN(const ZSTD_DDict* with, state_->dictionary(dictionary));
    size = ZSTD_decompress_usingDDict(state_->context.get(), stored.data(), stored.size(), body.data(), body.size(),
                                      with);
  }
  if (ZSTD_isError(size) || size != stored.size()) {
    return Error{Why::Unavailable, "a stored body is damaged: it does not decompress", ""};
  }
  return stored;
}

Result<std::string> BodyReader::ofVersion(int64_t vkey) {
  ASSIGN_OR_RETURN(auto select, state_->connection.prepare(
                                    "SELECT dictionary, raw_size, body FROM version WHERE vkey=?1 AND deleted=0"));
  select.bind(1, vkey);
  ASSIGN_OR_RETURN(bool found, select.step());
  if (!found) return Error{Why::NotFound, "this version has no body", std::to_string(vkey)};
  return unpack(select.integer(0), select.integer(1), select.blob(2));
}

}  // namespace gateway::record::store
