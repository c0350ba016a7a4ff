#pragma once
// Small texts of HTTP (RFC 9110): dates, entity tags, percent-encoding, and the Prefer header (RFC 7240).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "gateway/access/rest/call.h"

namespace gateway::access::rest {

// IMF-fixdate: "Thu, 06 Mar 2025 00:15:28 GMT". Seconds since 1970.
std::string httpDate(int64_t seconds);
std::optional<int64_t> parseHttpDate(std::string_view text);

std::string entityTag(uint64_t version);  // W/"3"
// A list of tags, or *. Why::Invalid when it is neither; tags that name no version of ours match nothing.
fhir::base::Result<EntityTags> parseEntityTags(std::string_view text);

// One path segment; nothing when an escape is broken or stands for NUL or a slash.
std::optional<std::string> percentDecoded(std::string_view text);

// Adds what one Prefer header says; preferences that are not ours are passed over, as RFC 7240 wants.
void readPreferences(std::string_view header, Preferences& preferences);

std::string_view trimmed(std::string_view text);
bool equalIgnoringCase(std::string_view a, std::string_view b);

}  // namespace gateway::access::rest
