#include "net/inflater.h"

#include "base/limits.h"
#include "net/exchange_io.h"

#include <algorithm>
#include <zlib.h>

namespace dragoman::net {
namespace {

constexpr std::size_t piece = 64 * limits::KiB;
constexpr int automatic_wrapping = 32 + MAX_WBITS; // gzip or zlib, whichever it is
constexpr int no_wrapping = -MAX_WBITS;
constexpr unsigned char gzip_begin = 0x1f;

} // namespace

struct Inflater::Stream {
    z_stream z {};
    bool open = false;
    bool is_gzip = false;

    // A file of gzip may consist of several members. https://www.rfc-editor.org/rfc/rfc1952#section-2.2
    bool begins_again(std::string_view rest)
    {
        return is_gzip && !rest.empty() && static_cast<unsigned char>(rest.front()) == gzip_begin
            && inflateReset(&z) == Z_OK;
    }
    ~Stream()
    {
        if (open)
            inflateEnd(&z);
    }
};

Inflater::Inflater()
    : stream_(std::make_unique<Stream>())
{
}
Inflater::~Inflater() = default;

bool Inflater::understands(std::string_view content_encoding)
{
    return same_name(content_encoding, "gzip") || same_name(content_encoding, "x-gzip")
        || same_name(content_encoding, "deflate");
}

// Some servers send deflate without zlib's two bytes in front, which show themselves: 8 in the low half of
// the first.
bool Inflater::begin(std::string_view bytes)
{
    auto first = static_cast<unsigned char>(bytes.front());
    stream_->is_gzip = first == gzip_begin;
    bool wrapped = stream_->is_gzip || (first & 0x0f) == Z_DEFLATED;
    stream_->open = inflateInit2(&stream_->z, wrapped ? automatic_wrapping : no_wrapping) == Z_OK;
    done_ = false;
    return stream_->open;
}

Result<std::size_t> Inflater::decode(std::string_view bytes, std::size_t room, std::string& out)
{
    if (bytes.empty() && !has_more_)
        return std::size_t { 0 };
    if (!stream_->open && !begin(bytes))
        return Failure(Error::internal("zlib has no memory"));
    if (done_ && !stream_->begins_again(bytes))
        return bytes.size(); // What stands behind the end is nobody's.
    done_ = false;
    z_stream& z = stream_->z;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    while (room > 0 && !done_) {
        std::size_t before = out.size();
        std::size_t space = std::min(room, piece);
        int status = Z_OK;
        out.resize_and_overwrite(before + space, [&](char* data, std::size_t) {
            z.next_out = reinterpret_cast<Bytef*>(data + before);
            z.avail_out = static_cast<uInt>(space);
            status = inflate(&z, Z_NO_FLUSH);
            return before + space - z.avail_out;
        });
        room -= out.size() - before;
        out_ += out.size() - before;
        done_ = status == Z_STREAM_END && !stream_->begins_again(bytes.substr(bytes.size() - z.avail_in));
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return Failure(Error::bad_request("The compressed body is broken"));
        if (!done_ && z.avail_out > 0 && z.avail_in == 0)
            break; // It wants more input.
    }
    has_more_ = !done_ && room == 0;
    std::size_t used = done_ ? bytes.size() : bytes.size() - z.avail_in;
    in_ += used;
    return used;
}

bool Inflater::is_bomb() const { return out_ > limits::MiB && out_ / limits::decompression_ratio > in_; }

} // namespace dragoman::net
