#include "gateway/host/metrics.h"

#include <array>
#include <charconv>
#include <map>
#include <mutex>

namespace gateway::host {

void Histogram::observe(double seconds) {
  if (!(seconds >= 0)) seconds = 0;
  int bucket = 0;
  while (bucket < kCount && seconds > kBounds[bucket]) ++bucket;
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_microseconds_.fetch_add(static_cast<uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

namespace {

// All series of one name share one HELP and TYPE line, whoever asked first.
struct Family {
  std::string help;
  std::string_view type;
  std::map<std::string, std::unique_ptr<Counter>, std::less<>> counters;
  std::map<std::string, std::unique_ptr<Histogram>, std::less<>> histograms;
  std::map<std::string, std::function<double()>, std::less<>> gauges;
};

std::string number(double value) {
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

void appendSample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

std::string withBound(std::string_view labels, std::string_view bound) {
  std::string text(labels);
  if (!text.empty()) text += ',';
  return text.append("le=\"").append(bound).append("\"");
}

std::string escapedHelp(std::string_view help) {
  std::string text;
  for (const char c : help) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

struct Metrics::State {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;

  Family& family(std::string_view name, std::string_view help, std::string_view type) {
    const auto found = families.find(name);
    if (found != families.end()) return found->second;
    Family& made = families[std::string(name)];
    made.help = escapedHelp(help);
    made.type = type;
    return made;
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(state_->mutex);
  auto& made = state_->family(name, help, "counter").counters[std::string(labels)];
  if (!made) made = std::make_unique<Counter>();
  return *made;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(state_->mutex);
  auto& made = state_->family(name, help, "histogram").histograms[std::string(labels)];
  if (!made) made = std::make_unique<Histogram>();
  return *made;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::string_view labels,
                    std::function<double()> value) {
  const std::lock_guard lock(state_->mutex);
  state_->family(name, help, "gauge").gauges[std::string(labels)] = std::move(value);
}

std::string Metrics::text() const {
  const std::lock_guard lock(state_->mutex);
  std::string out;
  for (const auto& [name, family] : state_->families) {
    out.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(family.type).append("\n");
    for (const auto& [labels, counter] : family.counters) {
      appendSample(out, name, labels, std::to_string(counter->value()));
    }
    for (const auto& [labels, value] : family.gauges) appendSample(out, name, labels, number(value()));
    for (const auto& [labels, histogram] : family.histograms) {
      uint64_t up_to = 0;
      for (int i = 0; i <= Histogram::kCount; ++i) {
        up_to += histogram->buckets_[i].load(std::memory_order_relaxed);
        const std::string bound = i < Histogram::kCount ? number(Histogram::kBounds[i]) : "+Inf";
        appendSample(out, name + "_bucket", withBound(labels, bound), std::to_string(up_to));
      }
      const uint64_t sum = histogram->sum_microseconds_.load(std::memory_order_relaxed);
      appendSample(out, name + "_sum", labels, number(static_cast<double>(sum) / 1e6));
      appendSample(out, name + "_count", labels, std::to_string(up_to));
    }
  }
  return out;
}

}  // namespace gateway::host
