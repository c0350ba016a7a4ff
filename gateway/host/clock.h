#pragma once
// Time as an argument, so that tests hold it. Thread-safe.

#include <cstdint>

namespace gateway::host {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t nowMicroseconds() = 0;        // wall clock, since 1970-01-01T00:00Z
  virtual int64_t monotonicMicroseconds() = 0;  // for deadlines and durations
};

class SystemClock : public Clock {
 public:
  int64_t nowMicroseconds() override;
  int64_t monotonicMicroseconds() override;
};

}  // namespace gateway::host
