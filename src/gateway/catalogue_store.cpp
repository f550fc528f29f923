#include "gateway/catalogue_store.h"

#include "base/clock.h"
#include "base/files.h"

#include <fmt/format.h>

#include <filesystem>

namespace dragoman::gateway {

namespace {

constexpr std::int64_t skew_s = 60; // clocks are set back by a little now and then

// The first upstream's is the file that the configuration names, the others' stand beside it.
std::string file_of(const config::Config& config, const config::Upstream& upstream)
{
    const std::filesystem::path file = config.catalogue.file;
    if (file.empty() || &upstream == &config.main())
        return file.string();
    return (file.parent_path()
        / fmt::format("{}-{}{}", file.stem().string(), upstream.name, file.extension().string()))
        .string();
}

} // namespace

std::int64_t now_unix()
{
    return std::chrono::duration_cast<std::chrono::seconds>(WallClock::now().time_since_epoch()).count();
}

Result<std::optional<KeptList>> read_kept_list(const config::Config& config, const config::Upstream& upstream)
{
    const std::string file = file_of(config, upstream);
    if (file.empty())
        return std::nullopt;
    auto text = read_file(file, model_list_max);
    if (!text && text.error().kind == Error::Kind::not_found)
        return std::nullopt;
    auto cached = text ? route::decode_cached_list(*text) : Failure(text.error());
    auto catalogue = cached ? route::Catalogue::parse(cached->body) : Failure(cached.error());
    if (!catalogue) {
        auto aside = set_aside(file);
        return Failure(Error::internal(fmt::format("{}; {}", catalogue.error().message,
            aside ? fmt::format("it was set aside as {}", *aside) : aside.error().message)));
    }
    if (cached->url != upstream.models_url)
        return std::nullopt;
    return KeptList { cached->fetched_at, std::move(*catalogue) };
}

Result<void> keep_list(const config::Config& config, const config::Upstream& upstream, std::string body)
{
    const std::string file = file_of(config, upstream);
    if (file.empty())
        return {};
    if (auto made = make_private_directory(std::filesystem::path(file).parent_path().string()); !made)
        return made;
    return replace_atomically(file, route::encode({ now_unix(), upstream.models_url, std::move(body) }));
}

bool is_fresh(std::int64_t fetched_at, std::int64_t now, const config::Config& config)
{
    const auto refresh = std::chrono::duration_cast<std::chrono::seconds>(config.catalogue.refresh).count();
    return fetched_at <= now + skew_s && now - fetched_at < refresh;
}

} // namespace dragoman::gateway
