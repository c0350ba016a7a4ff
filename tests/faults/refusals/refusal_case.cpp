#include "tests/faults/refusals/refusal_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "mappings/source/encodings.h"
#include "tests/support/json_tree.h"
#include "tests/support/raw_bytes.h"

namespace refusals {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using tests::support::hexValue;
using tests::support::JsonTree;
using tests::support::unescaped;

namespace {

Error wrong(const std::string& what, const std::string& where) { return Error{Why::Invalid, what, where}; }

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Comments are whole lines that begin with //; their places are kept for the messages of the JSON reader.
std::string withoutComments(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos || line.compare(first, 2, "//") != 0) out += line;
    out += '\n';
  }
  return out;
}

std::string bytesOfHex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); ++i) {
    if (digits[i] == ' ') continue;
    bytes += static_cast<char>(hexValue(digits[i]) * 16 + hexValue(digits[i + 1]));
    ++i;
  }
  return bytes;
}

uint64_t number(const JsonTree* tree, uint64_t otherwise) {
  return tree == nullptr ? otherwise : std::stoull(tree->text);
}

Result<Piece> pieceOf(const JsonTree& tree) {
  if (tree.kind == JsonTree::Kind::String) return Piece{tree.text, 1};
  Piece piece;
  if (const auto* repeat = tree.member("repeat")) {
    piece = {repeat->text, number(tree.member("times"), 1)};
  } else if (const auto* fill = tree.member("fill_bytes")) {
    piece = {"x", number(fill, 0)};
  } else if (const auto* hex = tree.member("hex")) {
    piece.text = bytesOfHex(hex->text);
  } else if (const auto* segments = tree.member("segments")) {
    for (const auto& segment : segments->items) piece.text += segment.text + "\r";
  } else if (const auto* text = tree.member("text")) {
    piece.text = text->text;
  } else {
    return wrong("a piece is a text, repeat, fill_bytes, hex, segments or text with encoding", {});
  }
  if (const auto* encoding = tree.member("encoding")) {
    ASSIGN_OR_RETURN(piece.text, mappings::source::encode(piece.text, encoding->text));
  }
  return piece;
}

Result<Pieces> piecesOf(const JsonTree& tree) {
  Pieces pieces;
  if (tree.kind != JsonTree::Kind::Array) {
    ASSIGN_OR_RETURN(Piece piece, pieceOf(tree));
    pieces.push_back(std::move(piece));
    return pieces;
  }
  for (const auto& item : tree.items) {
    ASSIGN_OR_RETURN(Piece piece, pieceOf(item));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::vector<std::string> textsOf(const JsonTree* tree) {
  std::vector<std::string> texts;
  if (tree == nullptr) return texts;
  if (tree->kind == JsonTree::Kind::String) return {tree->text};
  for (const auto& item : tree->items) texts.push_back(item.text);
  return texts;
}

// Host and Content-Length are the runner's, unless the case has its own.
Result<Pieces> requestOf(const JsonTree& tree) {
  Pieces body;
  if (const auto* given = tree.member("body")) {
    ASSIGN_OR_RETURN(body, piecesOf(*given));
  }
  std::string head = tree.at("request").text + " HTTP/1.1\r\n";
  bool has_length = false, has_host = false;
  for (const auto& [name, value] : tree.at("headers").members) {
    head += name + ": " + value.text + "\r\n";
    has_length = has_length || name == "Content-Length" || name == "Transfer-Encoding";
    has_host = has_host || name == "Host";
  }
  if (!has_host) head += "Host: gateway\r\n";
  if (!has_length && sizeOf(body) > 0) head += "Content-Length: " + std::to_string(sizeOf(body)) + "\r\n";
  Pieces pieces{{head + "\r\n", 1}};
  pieces.insert(pieces.end(), body.begin(), body.end());
  return pieces;
}

Result<Crowd> crowdOf(const JsonTree& tree) {
  Crowd crowd;
  crowd.connections = static_cast<int>(number(tree.member("connections"), 1));
  if (const auto* first = tree.member("first")) {
    ASSIGN_OR_RETURN(crowd.first, piecesOf(*first));
  }
  crowd.then = tree.at("then").text;
  crowd.every_ms = static_cast<int>(number(tree.member("every_ms"), 500));
  crowd.for_ms = static_cast<int>(number(tree.member("for_ms"), 10'000));
  if (const auto* reads = tree.member("reads")) crowd.reads = reads->text != "false";
  return crowd;
}

Result<Expected> expectedOf(const JsonTree& tree) {
  Expected expected;
  if (const auto* status = tree.member("status")) expected.status = std::stoi(status->text);
  if (const auto* reply = tree.member("reply")) expected.reply = reply->text;
  expected.reply_contains = textsOf(tree.member("reply_contains"));
  if (const auto* connection = tree.member("connection")) {
    if (connection->text != "closed" && connection->text != "open") return wrong("connection is closed or open", {});
    expected.closed = connection->text == "closed";
  }
  if (const auto* within = tree.member("within_ms")) expected.within_ms = std::stoi(within->text);
  expected.file = tree.at("file").text;
  expected.reason_contains = textsOf(tree.member("reason_contains"));
  if (const auto* inbox = tree.member("inbox")) {
    expected.kept_known = true;
    if (inbox->kind == JsonTree::Kind::Object) {
      expected.kept = static_cast<int>(number(inbox->member("kept"), 1));
      if (const auto* done = inbox->member("done")) expected.done = std::stoi(done->text);
      expected.parked = textsOf(inbox->member("parked"));
      expected.noted = textsOf(inbox->member("noted"));
    } else if (inbox->text != "nothing kept") {
      return wrong("inbox is \"nothing kept\" or an object", {});
    }
  }
  return expected;
}

Done checkMembers(const JsonTree& tree, const std::set<std::string>& known) {
  for (const auto& [name, value] : tree.members) {
    if (!known.contains(name)) return wrong("unknown member " + name, {});
  }
  return {};
}

Result<Pieces> bytesOf(const JsonTree& tree) {
  if (const auto* bytes = tree.member("bytes")) return piecesOf(*bytes);
  if (const auto* content = tree.member("content")) return piecesOf(*content);
  if (tree.member("request") != nullptr) return requestOf(tree);
  if (const auto* frame = tree.member("frame")) {
    ASSIGN_OR_RETURN(Pieces pieces, piecesOf(*frame));
    pieces.insert(pieces.begin(), Piece{"\x0B", 1});
    pieces.push_back({"\x1C\x0D", 1});
    return pieces;
  }
  return Pieces();
}

Result<Case> caseOf(const JsonTree& tree) {
  RETURN_IF_ERROR(checkMembers(tree, {"name", "to", "source", "bytes", "frame", "request", "headers", "body", "drop",
                                      "content", "requests_of", "path", "half_close", "crowd", "expect"}));
  RETURN_IF_ERROR(checkMembers(tree.at("expect"), {"status", "reply", "reply_contains", "connection", "within_ms",
                                                   "file", "reason_contains", "inbox"}));
  Case one;
  one.name = tree.at("name").text;
  one.to = tree.at("to").text;
  if (one.name.empty()) return wrong("a case has a name", {});
  if (!std::set<std::string>{"mllp", "fhir", "sources", "file"}.contains(one.to)) return wrong("`to` is no door", {});
  one.source = tree.at("source").text;
  ASSIGN_OR_RETURN(one.bytes, bytesOf(tree));
  one.file_name = tree.at("drop").text;
  one.requests_of = tree.at("requests_of").text;
  one.path_instead = tree.at("path").text;
  one.half_close = tree.at("half_close").text == "true";
  if (const auto* crowd = tree.member("crowd")) {
    ASSIGN_OR_RETURN(one.crowd, crowdOf(*crowd));
  }
  ASSIGN_OR_RETURN(one.expected, expectedOf(tree.at("expect")));
  return one;
}

}  // namespace

uint64_t sizeOf(const Pieces& pieces) {
  uint64_t size = 0;
  for (const Piece& piece : pieces) size += piece.text.size() * piece.times;
  return size;
}

bool forEachBlock(const Pieces& pieces, const std::function<bool(std::string_view)>& take) {
  constexpr uint64_t kBlock = 64 * 1024;
  for (const Piece& piece : pieces) {
    if (piece.text.empty()) continue;
    const uint64_t at_once = std::clamp<uint64_t>(kBlock / piece.text.size(), 1, piece.times);
    std::string block;
    for (uint64_t i = 0; i < at_once; ++i) block += piece.text;
    for (uint64_t left = piece.times; left > 0; left -= std::min(left, at_once)) {
      const auto size = static_cast<size_t>(std::min(left, at_once) * piece.text.size());
      if (!take(std::string_view(block).substr(0, size))) return false;
    }
  }
  return true;
}

Result<Case> readCase(const std::string& path) {
  auto tree = tests::support::readJsonTree(withoutComments(readFile(path)));
  if (!tree.ok()) return wrong(tree.error().text(), path);
  auto one = caseOf(*tree);
  if (!one.ok()) return wrong(one.error().text(), path);
  one->path = path;
  return one;
}

std::vector<std::string> caseFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<RawRequest> readRawRequests(const std::string& path, const std::string& path_instead) {
  std::istringstream lines(readFile(path));
  std::vector<RawRequest> requests;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("== ", 0) == 0) {
      requests.push_back({std::stoi(line.substr(3, 3)), line.substr(7), ""});
      continue;
    }
    const size_t echo = line.find("/echo");
    if (echo != std::string::npos) line.replace(echo, 5, path_instead);
    const bool goes_on = !line.empty() && line.back() == '\\';
    if (goes_on) line.pop_back();
    requests.back().bytes += unescaped(line) + (goes_on ? "" : "\r\n");
  }
  return requests;
}

}  // namespace refusals
