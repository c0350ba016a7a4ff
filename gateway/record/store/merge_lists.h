#pragma once
// The write mode `merge` (design decision 6): unites named lists of two states of one resource.

#include <string>
#include <string_view>
#include <vector>

namespace gateway::record::store {

// `newer` and `older` are resources in stored form (compact JSON that a Document was read from). The result is
// `newer`, except that each list named in `lists` (members of the resource: "identifier", "telecom") holds the items
// of the stored one (which of the two that is, says `stored_is_older`) and then those of the other that are not in it
// yet, so that items keep their places. Two items are the same when both have `system` and `value` and these are
// equal (Identifier, ContactPoint), when both have the same `id`, or when their content is equal, whatever the order
// of members. Of two that are the same the newer one stays. A list of primitives with extensions (`_x`) is not
// united: the newer one stays.
std::string mergeLists(std::string_view newer, std::string_view older, bool stored_is_older,
                       const std::vector<std::string>& lists);

}  // namespace gateway::record::store
