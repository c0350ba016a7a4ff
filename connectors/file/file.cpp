// The file connector: looks into a folder again and again, hands complete files over one after the other, and moves
// them out of the way once they are safe. A crash between the two hands the same bytes over again, which the host
// recognises.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "connectors/file/folder.h"
#include "connectors/sdk/connector.h"

namespace connectors::file {
namespace {

constexpr int64_t kFirstPause_ms = 1'000;
constexpr int64_t kLongestPause_ms = 60'000;

int64_t monotonicMilliseconds() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count();
}

std::string mediaTypeOf(const std::string& name) {
  const size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (ending == "csv") return "text/csv";
  if (ending == "txt") return "text/plain";
  if (ending == "xml") return "application/xml";
  if (ending == "json") return "application/json";
  if (ending == "ndjson") return "application/x-ndjson";
  if (ending == "hl7" || ending == "er7") return "x-application/hl7-v2+er7";
  return "application/octet-stream";
}

class File : public sdk::Connector {
 public:
  static constexpr sdk::Description kDescription = {
      "file", "0.1", "stable", "Takes files that are dropped into a folder, once they are complete."};
  static constexpr onecard_setting kSettings[] = {
      {"folder", ONECARD_PATH, nullptr, nullptr,
       "Folder to look into; it and its done and refused folders are made."},
      {"pattern", ONECARD_TEXT, "*", nullptr, "Shell pattern of file names, letters of either case: *.csv"},
      {"media_type", ONECARD_TEXT, "auto", nullptr, "Media type of the files; auto goes by their ending."},
      {"settle", ONECARD_DURATION, "1s", nullptr,
       "A file is complete when nothing about it has changed for so long."},
      {"poll", ONECARD_DURATION, "1s", nullptr, "Time between two looks."},
      {"after", ONECARD_CHOICE, "move", "move|delete",
       "What becomes of a file that is safe: moved to done, or deleted."},
      {"max_bytes", ONECARD_BYTES, "64MiB", nullptr, "Largest file; a larger one goes to refused unread."}};

  static std::unique_ptr<sdk::Connector> create(sdk::Host host, const sdk::Settings& settings, std::string& error) {
    if (settings.text("folder").empty()) error = "folder must not be empty";
    if (settings.text("pattern").empty() || settings.text("pattern").find('/') != std::string_view::npos) {
      error = "pattern must be a shell pattern of file names, without a slash";
    }
    if (settings.number("settle") < 0) error = "settle must not be negative";
    if (settings.number("poll") < 1) error = "poll must be longer than nothing";
    if (settings.number("max_bytes") < 1) error = "max_bytes must be at least 1";
    if (settings.text("media_type").empty()) error = "media_type must not be empty; write auto";
    return error.empty() ? std::make_unique<File>(host, settings) : nullptr;
  }

  File(sdk::Host host, const sdk::Settings& settings)
      : host_(host),
        folder_(rulesOf(settings)),
        media_type_(settings.text("media_type")),
        poll_ms_(settings.number("poll")),
        max_bytes_(settings.number("max_bytes")),
        deletes_(settings.text("after") == "delete") {}
  ~File() override {
    askToStop();
    if (thread_.joinable()) thread_.join();
  }

  bool start(std::string& error) override {
    if (const auto trouble = folder_.prepare()) {
      error = *trouble;
      return false;
    }
    finished_ = false;
    thread_ = std::thread([this] { run(); });
    return true;
  }

  void stop() override {
    askToStop();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(800), [this] { return finished_; });
  }

 private:
  static FolderRules rulesOf(const sdk::Settings& settings) {
    FolderRules rules;
    rules.folder = settings.text("folder");
    rules.pattern = settings.text("pattern");
    rules.settle_ms = settings.number("settle");
    rules.max_bytes = static_cast<uint64_t>(settings.number("max_bytes"));
    return rules;
  }

  void askToStop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }

  // False when it is time to stop.
  bool pause(int64_t milliseconds) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return stopping_.load(); });
  }

  void run() {
    while (!stopping_) {
      int64_t wait = 0;
      for (const Folder::Ready& ready : folder_.look(monotonicMilliseconds())) {
        wait = take(ready);
        if (stopping_ || wait > 0) break;  // what is not taken now holds up the files behind it: their order matters
      }
      if (wait == 0) wait = poll_ms_;
      if (!pause(wait)) break;
    }
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  // Gives the milliseconds to wait before the folder is looked at again, 0 to go on with the next file.
  int64_t take(const Folder::Ready& ready) {
    if (safe_.count(ready.stamp) != 0) return putAway(ready);
    if (folder_.tooLarge(ready)) {
      return refuse(ready,
                    "The file is larger than max_bytes of this source, " + std::to_string(max_bytes_) + " bytes.\n");
    }
    const auto bytes = folder_.read(ready);
    if (!bytes) {
      complainOnce(ready.name);
      return 0;
    }
    const sdk::Receipt receipt = host_.deliver(media_type_ == "auto" ? mediaTypeOf(ready.name) : media_type_, *bytes,
                                               {{"file-name", ready.name}});
    if (receipt.stored()) {
      pause_ms_ = kFirstPause_ms;
      host_.count("file_stored_total");
      return putAway(ready);
    }
    if (receipt.refused()) {
      const std::string reason(receipt.reply());
      return refuse(ready, reason.empty() ? "The gateway refused the file.\n" : reason);
    }
    return notTaken(receipt);
  }

  // The file stays where it is; the next look offers it again.
  int64_t notTaken(const sdk::Receipt& receipt) {
    if (receipt.busy()) return std::clamp<int64_t>(receipt.retryAfterMs(), 1, kLongestPause_ms);
    host_.warn("file_not_taken", {});
    const int64_t wait = pause_ms_;
    pause_ms_ = std::min(pause_ms_ * 2, kLongestPause_ms);
    return wait;
  }

  int64_t putAway(const Folder::Ready& ready) {
    const Folder::Away away = deletes_ ? folder_.remove(ready) : folder_.moveToDone(ready);
    if (away != Folder::Away::No || errno == ENOENT) {
      safe_.erase(ready.stamp);
      return 0;
    }
    // It must not be handed over again and again only because it cannot be moved.
    const char* why = std::strerror(errno);
    if (safe_.insert(ready.stamp).second) host_.error("file_cannot_be_moved", {{"file", ready.name}, {"why", why}});
    return 0;
  }

  int64_t refuse(const Folder::Ready& ready, const std::string& reason) {
    host_.count("file_refused_total");
    if (folder_.moveToRefused(ready, reason) != Folder::Away::No || errno == ENOENT) {
      host_.warn("file_refused", {{"file", ready.name}});
    } else {
      host_.error("file_cannot_be_moved", {{"file", ready.name}, {"why", std::strerror(errno)}});
      return kLongestPause_ms;
    }
    return 0;
  }

  void complainOnce(const std::string& name) {
    if (unreadable_.size() < 1000 && unreadable_.insert(name).second)
      host_.warn("file_not_readable", {{"file", name}});
  }

  const sdk::Host host_;
  Folder folder_;
  const std::string media_type_;
  const int64_t poll_ms_;
  const int64_t max_bytes_;
  const bool deletes_;
  int64_t pause_ms_ = kFirstPause_ms;
  std::set<std::string> safe_;        // stamps of files handed over that could not be moved
  std::set<std::string> unreadable_;  // complained about
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = true;
  std::thread thread_;
};

}  // namespace
}  // namespace connectors::file

ONECARD_CONNECTOR(connectors::file::File, file)
