#include "cli/init_dialogue.h"

#include "cli/catalogue.h"
#include "cli/model_choice.h"
#include "config/key_file.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

using Verdict = KeyReport::Verdict;
using KeyKind = config::KeySource::Kind;

constexpr int attempts = 3;

bool is_openrouter(const config::Config& base)
{
    return base.main().is("openrouter") && base.main().base_url.starts_with("https://openrouter.ai/");
}

// A key that somebody else looks after (a link of sops-nix, a file in /run): a copy would grow old.
bool is_looked_after(const std::string& path)
{
    struct stat status {};
    return path.starts_with("/run/") || (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode));
}

} // namespace

InitDialogue::InitDialogue(const Context& context, const InitOptions& options)
    : context_(context)
    , options_(options)
    , style_(Style::of(STDOUT_FILENO, context.sources.environment))
    , may_ask_(can_ask() && !options.yes)
{
}

void InitDialogue::say_what_was_imported(const std::string& path, const Import& import) const
{
    const auto list = [&](std::string_view title, const std::vector<Import::Line>& lines) {
        std::vector<std::pair<std::string, std::string>> rows;
        for (const Import::Line& line : lines)
            rows.emplace_back(line.name, line.what);
        if (!lines.empty())
            print(style_.bold(fmt::format("{}", title)) + "\n");
        print(explained(rows, width_of(STDOUT_FILENO, context_.sources.environment)));
    };
    list(fmt::format("Carried over from {}:", plain(path)), import.carried);
    list("Could not be carried over:", import.left);
    if (import.carried.empty() && import.left.empty())
        print(fmt::format("{} holds no settings.\n", plain(path)));
}

std::optional<InitDialogue::Offered> InitDialogue::from_file(
    const std::string& path, const std::string& origin)
{
    auto file = config::read_key_file(path);
    auto key = file ? config::key_of(*file, path) : Failure(file.error());
    if (!key) {
        miss(fmt::format("a key: {}: {}", origin, key.error().message));
        return std::nullopt;
    }
    if (!file->warning.empty())
        print(fmt::format("  {}: {}\n", origin, file->warning));
    return Offered { *key, origin, is_looked_after(path) ? path : std::string() };
}

// One that is given or in force already. What cannot be read is missing, not asked for.
std::optional<InitDialogue::Offered> InitDialogue::offered_key(
    const config::Config& base, const std::optional<ImportedKey>& imported)
{
    if (!options_.key_file.empty())
        return from_file(options_.key_file, "--key-file");
    if (imported && !imported->file.empty())
        return from_file(imported->file, imported->name);
    if (imported)
        return Offered { imported->value, imported->name };
    const config::KeySource& source = base.main().key_source();
    if (base.main().key().empty())
        return std::nullopt;
    Offered offered { base.main().key(), config::to_string(source) };
    offered.kept = source.kind == KeyKind::credential || !source.file.empty();
    offered.of_shell = source.kind == KeyKind::environment;
    return offered;
}

bool InitDialogue::shall_be_kept(const Offered& offered) const
{
    return !offered.of_shell || !may_ask_
        || confirm("  Keep it in a file, so that dragoman works without that variable?", Answer::yes);
}

InitDialogue::Outcome InitDialogue::judge_report(const config::Config& base, const KeyReport& report)
{
    switch (report.verdict) {
    case Verdict::accepted: {
        const std::string credit = credit_text(report);
        print(style_.green("  accepted") + (credit.empty() ? "" : "; " + credit) + "\n");
        if (report.management)
            print("  but it is a key for managing other keys: no model answers it\n");
        return report.management ? Outcome::ask_again : Outcome::use;
    }
    case Verdict::refused:
        print(style_.red("  " + report.trouble) + "\n");
        return Outcome::ask_again;
    case Verdict::unreachable:
    case Verdict::unclear:
        break;
    }
    print(
        style_.yellow(fmt::format("  it could not be checked at {}: {}", key_check_url(base), report.trouble))
        + "\n");
    if (options_.yes)
        return Outcome::use;
    if (may_ask_)
        return confirm("  Go on with it unchecked?", Answer::no) ? Outcome::use : Outcome::stop;
    miss("--offline, to go on with a key that could not be checked");
    return Outcome::stop;
}

InitDialogue::Outcome InitDialogue::judge(const config::Config& base, const Secret& key)
{
    if (!config::is_header_word(key.reveal())) {
        print(style_.red("  that is no key: a key is one word of ASCII") + "\n");
        return Outcome::ask_again;
    }
    if (is_openrouter(base) && !key.reveal().starts_with("sk-or-")) {
        print(
            style_.red("  that is no key of OpenRouter's, which begin with sk-or-; it was not sent anywhere")
            + "\n");
        return Outcome::ask_again;
    }
    if (options_.offline)
        return Outcome::use;
    config::Config asked = base;
    asked.main().keys = { { key, {} } };
    return judge_report(base, check_key(asked, context_.sources.environment, context_.version));
}

std::optional<Secret> InitDialogue::ask_for_key(const config::Config& base)
{
    print(is_openrouter(base)
            ? "OpenRouter's keys are made at https://openrouter.ai/keys. Paste one; it is not shown.\n"
            : fmt::format("The key for {}. Paste it; it is not shown.\n", base.main().base_url));
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto key = ask_hidden("Key: ");
        if (!key)
            return std::nullopt;
        const Outcome outcome =
            key->empty() ? (print("  nothing was typed\n"), Outcome::ask_again) : judge(base, *key);
        if (outcome == Outcome::use)
            return key;
        if (outcome == Outcome::stop)
            return std::nullopt;
    }
    print(fmt::format("{} attempts were enough.\n", attempts));
    return std::nullopt;
}

std::optional<KeyChoice> InitDialogue::settle_key(
    const config::Config& base, const std::string& directory, const std::optional<ImportedKey>& imported)
{
    print(style_.bold("Key") + "\n");
    const std::string file = fmt::format("{}/{}.key", directory, base.main().name);
    auto offered = offered_key(base, imported);
    if (!missing_.empty())
        return std::nullopt;
    if (offered) {
        print(fmt::format("  from {}\n", plain(offered->origin)));
        const Outcome outcome = judge(base, offered->value);
        if (outcome == Outcome::stop)
            return std::nullopt;
        if (outcome == Outcome::use && (offered->kept || !shall_be_kept(*offered)))
            return KeyChoice { offered->value };
        if (outcome == Outcome::use && !offered->named.empty())
            return KeyChoice { offered->value, offered->named };
        if (outcome == Outcome::use)
            return KeyChoice { offered->value, file, file };
        failed_ = true;
        if (!may_ask_)
            miss("a key that works: --key-file FILE, or OPENROUTER_API_KEY");
    } else if (!may_ask_ && base.main().key_required) {
        miss(fmt::format("a key: --key-file FILE, or {} in the environment", base.main().key_name));
    } else if (!base.main().key_required) {
        print("  none is needed\n");
        return KeyChoice {};
    }
    if (!may_ask_)
        return std::nullopt;
    auto asked = ask_for_key(base);
    if (!asked)
        return std::nullopt;
    return KeyChoice { std::move(*asked), file, file };
}

void InitDialogue::load_catalogue(const config::Config& base)
{
    auto known = known_models(base, context_.sources.environment, context_.version,
        options_.offline ? Network::left_alone : Network::may_be_asked);
    if (known)
        catalogue_ = std::move(known->catalogue);
    else
        print(fmt::format("  the list of models could not be had: {}\n", known.error().message));
    if (known && !known->trouble.empty() && !options_.offline)
        print(fmt::format("  the list of models is {} old: {}\n", age_text(known->age_s), known->trouble));
}

// An imported id stays, in the list's own spelling; one that the list does not have is said.
void InitDialogue::check_imported(Choices& choices)
{
    for (const std::string_view key : { "big", "middle", "small" }) {
        const std::string* value = choices.find("models", key);
        if (value == nullptr)
            continue;
        const std::string id = value->substr(1, value->size() - 2); // a word, so that nothing is escaped
        const auto checked = checked_model(id, catalogue_);
        if (!checked)
            print(style_.yellow(fmt::format("  {}: {}", key, checked.error().message)) + "\n");
        else
            choices.set("models", std::string(key), toml_string(*checked));
    }
}

std::optional<std::string> InitDialogue::ask_for_model(Size size, const std::string& standard)
{
    const bool big = size == Size::big;
    const std::string_view name = big ? "Big model" : "Small model";
    print(fmt::format("\n{}: {}\n", style_.bold(name),
        big ? "answers for opus, and for sonnet unless a middle one is set"
            : "answers for haiku: titles, summaries and other small work"));
    return choose_model({ name, standard, size }, catalogue_, style_);
}

// From the flag, the imported file, the person, or as it is by default.
bool InitDialogue::settle_model(
    Choices& choices, std::string_view key, const std::string& flag, const std::string& standard)
{
    std::optional<std::string> wanted = flag;
    if (flag.empty() && choices.find("models", key) != nullptr)
        return true;
    if (flag.empty())
        wanted = may_ask_ ? ask_for_model(key == "big" ? Size::big : Size::small, standard) : standard;
    if (!wanted)
        return false;
    auto checked = options_.offline ? Result<std::string>(*wanted) : checked_model(*wanted, catalogue_);
    if (!checked || !config::is_header_word(*wanted)) {
        miss(fmt::format("--{} MODEL: {}{}", key,
            checked ? "that is no name of a model" : checked.error().message,
            options_.offline ? "" : " (--offline takes it as it is)"));
        return false;
    }
    choices.set("models", std::string(key), toml_string(*checked));
    return true;
}

void InitDialogue::say_models(const Choices& choices) const
{
    for (const std::string_view key : { "big", "middle", "small" })
        if (const std::string* value = choices.find("models", key); value && !may_ask_)
            print(fmt::format("  {} = {}\n", key, plain(*value)));
}

bool InitDialogue::settle_models(const config::Config& base, Choices& choices, Before before)
{
    print("\n" + style_.bold("Models") + "\n");
    load_catalogue(base);
    const config::Models& models = base.models;
    const bool given = !options_.big.empty() || !options_.small.empty() || !options_.middle.empty();
    if (before == Before::import)
        check_imported(choices);
    if (before == Before::file && !given) {
        print(fmt::format("  big {}, middle {}, small {}\n", models.big, models.middle, models.small));
        if (!may_ask_ || !confirm("  Choose others?", Answer::no))
            return true;
    }
    const auto there = [&](const std::string& id) {
        const auto& all = catalogue_.models();
        return all.empty() || is_listed(id, catalogue_) ? id : all.front()->id;
    };
    // What a file says already stays when flags are about something else.
    const bool only_flags = before == Before::file && given;
    const bool fine = ((only_flags && options_.big.empty())
                          || settle_model(choices, "big", options_.big, there(models.big)))
        && (options_.middle.empty() || settle_model(choices, "middle", options_.middle, ""))
        && ((only_flags && options_.small.empty())
            || settle_model(choices, "small", options_.small, there(models.small)));
    if (fine)
        say_models(choices);
    return fine;
}

int InitDialogue::give_up() const
{
    for (const std::string& what : missing_)
        complain("init needs " + what);
    print("Nothing was changed.\n");
    return missing_.empty() || failed_ ? exit_failed : exit_usage;
}

} // namespace dragoman::cli
