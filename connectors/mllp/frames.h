#pragma once
// The Minimal Lower Layer Protocol's frames (HL7 v2 Implementation Guide, Minimal Lower Layer Message Transport
// Protocol 1.0): <VT 0x0B> message <FS 0x1C> <CR 0x0D>. Nothing of the message is looked at.

#include <cstddef>
#include <string>
#include <string_view>

namespace connectors::mllp {

constexpr char kFrameBegin = '\x0B';
constexpr char kFrameEnd = '\x1C';
constexpr char kFrameEndSecond = '\x0D';

// Finds frames in bytes that arrive in pieces, looking at each byte once. Used by one thread at a time.
class Frames {
 public:
  enum class Found {
    Nothing,   // more bytes are needed
    Message,   // message() is one, whole; call next() when it is done with
    TooLarge,  // a frame grows beyond the cap
    Noise      // more bytes outside of frames than a confused peer could send by mistake
  };
  explicit Frames(size_t longest) : longest_(longest) {}

  void add(std::string_view bytes);
  Found find();
  std::string_view message() const { return std::string_view(bytes_).substr(begin_ + 1, end_ - begin_ - 1); }
  void next();
  // The first bytes of a frame that is TooLarge, as far as they are kept; the rest is dropped.
  std::string_view beginning();

  bool inside() const { return inside_; }        // a frame has begun
  size_t held() const { return bytes_.size(); }  // bytes in memory
  // Frames that were begun again before their end: the unfinished part was dropped, it was never acknowledged.
  size_t restarted() const { return restarted_; }
  size_t noise() const { return noise_; }  // bytes outside of frames, line ends aside
  void shrink();                           // gives memory back when nothing is held

 private:
  void skipToBegin();
  void dropBefore(size_t begin);

  size_t longest_;
  std::string bytes_;
  bool inside_ = false;
  size_t begin_ = 0;    // of the frame, when inside; 0 except within find()
  size_t scanned_ = 0;  // up to here nothing is left to find
  size_t end_ = 0;      // of the message found
  size_t restarted_ = 0;
  size_t noise_ = 0;
};

std::string framed(std::string_view message);

}  // namespace connectors::mllp
