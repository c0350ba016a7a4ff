#include "fhir/base/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace fhir::base {

struct GzipReader::State {
  std::string_view left;  // what zlib has not been given
  size_t given = 0;       // bytes of the compressed text that zlib has
  z_stream stream{};
  bool open = false;
  bool in_member = false;
  bool failed = false;

  ~State() {
    if (open) inflateEnd(&stream);
  }

  size_t place() const { return given - stream.avail_in; }
  Error error(std::string what) {
    failed = true;
    return invalid(std::move(what), "byte " + std::to_string(place()));
  }
  void feed() {
    if (stream.avail_in != 0) return;
    constexpr size_t kMost = 1u << 30;  // avail_in is 32 bits wide
    std::string_view piece = left.substr(0, kMost);
    // zlib does not write to its input.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    left.remove_prefix(piece.size());
    given += piece.size();
  }
};

GzipReader::GzipReader(std::string_view compressed) : state_(std::make_unique<State>()) {
  state_->left = compressed;
  // 15 window bits, plus 16: gzip headers and trailers only.
  state_->open = inflateInit2(&state_->stream, 15 + 16) == Z_OK;
  state_->in_member = true;
}

GzipReader::~GzipReader() = default;

Result<size_t> GzipReader::read(char* out, size_t size) {
  State& state = *state_;
  if (!state.open) return Error{Why::Fault, "zlib could not start", ""};
  if (state.failed) return state.error("the compressed bytes are broken");
  size_t done = 0;
  while (done < size) {
    state.feed();
    if (!state.in_member) {
      if (state.stream.avail_in == 0) break;  // the end
      // RFC 1952 2.2: members follow one another.
      if (inflateReset(&state.stream) != Z_OK) return state.error("zlib could not go on");
      state.in_member = true;
    }
    size_t wanted = std::min<size_t>(size - done, 1u << 30);
    state.stream.next_out = reinterpret_cast<Bytef*>(out + done);
    state.stream.avail_out = static_cast<uInt>(wanted);
    int code = inflate(&state.stream, Z_NO_FLUSH);
    done += wanted - state.stream.avail_out;
    if (code == Z_STREAM_END) {
      state.in_member = false;
      continue;
    }
    if (code == Z_BUF_ERROR ||
        (code == Z_OK && state.stream.avail_in == 0 && state.left.empty() && state.stream.avail_out != 0)) {
      return state.error("the compressed bytes are cut off");
    }
    if (code == Z_MEM_ERROR) return Error{Why::Unavailable, "no memory to decompress", ""};
    if (code != Z_OK) {
      std::string reason = state.stream.msg ? state.stream.msg : "wrong data";
      return state.error("not gzip, or broken (" + reason + ")");
    }
  }
  return done;
}

Result<uint64_t> GzipReader::skip(uint64_t size) {
  std::array<char, 64 * 1024> buffer;
  uint64_t done = 0;
  while (done < size) {
    ASSIGN_OR_RETURN(size_t got,
                     read(buffer.data(), static_cast<size_t>(std::min<uint64_t>(buffer.size(), size - done))));
    if (got == 0) break;
    done += got;
  }
  return done;
}

}  // namespace fhir::base
