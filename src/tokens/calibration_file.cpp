#include "tokens/calibration_file.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include <utility>

namespace dragoman::tokens {

namespace {

constexpr std::size_t file_max = limits::MiB; // 512 names of 256 characters and their numbers

} // namespace

void CalibrationFile::restore()
{
    if (path_.empty())
        return;
    const auto text = read_file(path_, file_max);
    if (!text) {
        if (text.error().kind != Error::Kind::not_found)
            log::warning("token calibration cannot be read", { { "error", text.error().message } });
        return;
    }
    const auto loaded = calibration_.load(*text);
    saved_samples_ = calibration_.samples();
    if (loaded)
        return;
    const auto aside = set_aside(path_);
    log::warning("token calibration was damaged, beginning anew",
        { { "file", path_ }, { "moved_to", aside ? *aside : std::string("nowhere") },
            { "error", loaded.error().message } });
}

void CalibrationFile::save()
{
    const auto samples = calibration_.samples();
    if (path_.empty() || samples == saved_samples_)
        return;
    const auto directory = path_.substr(0, path_.rfind('/'));
    auto written =
        directory.empty() || directory == path_ ? Result<void> {} : make_private_directory(directory);
    if (written)
        written = replace_atomically(path_, calibration_.save());
    if (written) {
        saved_samples_ = samples;
        complained_ = false;
    } else if (!std::exchange(complained_, true)) {
        log::warning("token calibration cannot be saved", { { "error", written.error().message } });
    }
}

} // namespace dragoman::tokens
