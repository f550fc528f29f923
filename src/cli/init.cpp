#include "cli/init.h"

#include "base/files.h"
#include "cli/catalogue.h"
#include "cli/init_dialogue.h"
#include "cli/init_gateway.h"
#include "cli/init_plan.h"
#include "cli/own_files.h"
#include "cli/statusline_install.h"
#include "config/check_config.h"

#include <fmt/format.h>

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::size_t import_max = limits::MiB;

class Init {
public:
    Init(const Context& context, const InitOptions& options)
        : context_(context)
        , options_(options)
        , environment_(context.sources.environment)
        , dialogue_(context, options)
    {
    }
    int run();

private:
    bool find_place();
    bool load_existing();
    bool import();
    bool import_env(const std::string& path, const std::string& text);
    bool import_gateway(const std::string& path, const ForeignFile& file);
    void take_tokens(const Import& import);
    int write();
    int write_gateway();
    int finish(const InitPlan& plan);
    bool consents(const InitPlan& plan) const;
    bool is_sound() const;
    void add_key_file(InitPlan& plan, const KeyChoice& key);
    void say_what_overrides() const;
    bool status_line() const;
    void say_what_is_next() const;
    std::string directory() const { return std::filesystem::path(path_).parent_path().string(); }

    const Context& context_;
    const InitOptions& options_;
    const Environment& environment_;
    InitDialogue dialogue_;
    std::string path_; // of the configuration
    bool there_ = false;
    bool usable_ = false; // it is there, and can be loaded
    config::Config base_ {}; // what is in force before, or with the imported settings
    Choices choices_ {};
    std::vector<SecretFile> secrets_ {};
    std::optional<ImportedKey> imported_ {};
    std::optional<GatewayImport> gateway_ {}; // another gateway's configuration, with upstreams of its own
};

bool Init::find_place()
{
    path_ = context_.sources.flags.config.value_or("");
    if (path_.empty()) {
        const std::string folder = config_directory(environment_);
        if (folder.empty()) {
            complain("nowhere to write to: set HOME or XDG_CONFIG_HOME, or name the file with --config");
            return false;
        }
        path_ = folder + "/config.toml";
    }
    path_ = absolute_path(path_);
    if (auto writable = make_writable_directory(directory()); !writable) {
        complain(writable.error().message
            + "; --config FILE or XDG_CONFIG_HOME says where else the configuration may be");
        return false;
    }
    there_ = ::access(path_.c_str(), F_OK) == 0;
    return true;
}

// What is in force now. A file that is broken is going to be replaced: then it is as if there were none.
bool Init::load_existing()
{
    config::Sources sources = context_.sources;
    sources.flags.config = there_ ? path_ : "/dev/null";
    auto loaded = config::load(sources);
    usable_ = there_ && loaded.has_value();
    if (!loaded && there_) {
        print(fmt::format("{} is not usable as it is:\n{}", path_,
            config::to_text(loaded.error().warnings, loaded.error().mistakes)));
        sources.flags.config = "/dev/null";
        loaded = config::load(sources);
    }
    if (!loaded) {
        std::fputs(config::to_text({}, loaded.error().mistakes).c_str(), stderr);
        return false;
    }
    base_ = std::move(loaded->config);
    choices_.upstream = base_.main().name;
    return true;
}

bool Init::import()
{
    const std::string path = absolute_path(options_.import);
    const auto text = read_file(path, import_max);
    if (!text) {
        complain(text.error().message);
        return false;
    }
    const auto file = recognise(*text);
    if (!file) {
        complain(fmt::format("{}: {}", path, file.error().message));
        return false;
    }
    return file->kind == ForeignFile::Kind::env ? import_env(path, *text) : import_gateway(path, *file);
}

bool Init::import_env(const std::string& path, const std::string& text)
{
    Import import = cli::import_env(config::parse_dotenv(text), std::filesystem::path(path).parent_path());
    dialogue_.say_what_was_imported(path, import);
    choices_ = std::move(import.choices);
    auto loaded = load_text(path_, new_config_text(choices_), environment_);
    if (!loaded) {
        std::fputs(config::to_text({}, loaded.error().mistakes).c_str(), stderr);
        return false;
    }
    base_ = std::move(loaded->config);
    take_tokens(import);
    if (!import.key_name.empty())
        imported_ = ImportedKey { std::move(import.key), import.key_name, import.key_file };
    return true;
}

bool Init::import_gateway(const std::string& path, const ForeignFile& file)
{
    auto import = cli::import_gateway(context_, options_, file, path_);
    if (!import) {
        complain(fmt::format("{}: {}", path, import.error().message));
        return false;
    }
    dialogue_.say_what_was_imported(path, { .carried = import->carried, .left = import->left });
    if (import->upstreams.empty()) {
        complain(fmt::format("{} names no server that dragoman can ask; nothing was changed", path));
        return false;
    }
    gateway_ = std::move(*import);
    return true;
}

void Init::take_tokens(const Import& import)
{
    if (import.client_tokens.empty())
        return;
    SecretFile file { directory() + "/client-tokens", import.client_tokens.front() };
    choices_.set("server", "client_tokens_file", toml_string(file.path));
    secrets_.push_back(std::move(file));
}

void Init::add_key_file(InitPlan& plan, const KeyChoice& key)
{
    plan.secrets = secrets_;
    if (!key.write_to.empty())
        plan.secrets.push_back({ key.write_to, key.value });
}

bool Init::consents(const InitPlan& plan) const
{
    const bool change = plan.kind == InitPlan::Kind::edit || plan.kind == InitPlan::Kind::replace;
    if (!change || options_.yes)
        return true;
    if (plan.kind == InitPlan::Kind::edit) {
        print(fmt::format("\n{} is there already; in it would change:\n", path_));
        for (const Setting& setting : choices_.settings)
            print(fmt::format("  [{}] {} = {}\n", setting.table, setting.key, plain(setting.value)));
    } else {
        print(fmt::format("\n{} is there already, and would be replaced as a whole.\n", path_));
    }
    if (!dialogue_.may_ask()) {
        complain(fmt::format("{} is changed only with --yes; a copy of it is kept", path_));
        return false;
    }
    if (confirm("Change it? A copy is kept.", Answer::yes))
        return true;
    print("Nothing was changed.\n");
    return false;
}

// What was written is loaded as it will be from now on.
bool Init::is_sound() const
{
    config::Sources sources { .environment = directories_of(environment_), .dotenv = false };
    sources.flags.config = path_;
    const auto loaded = config::load(sources);
    if (loaded)
        return true;
    complain(fmt::format("{} was written and is not usable:", path_));
    std::fputs(config::to_text({}, loaded.error().mistakes).c_str(), stderr);
    return false;
}

int Init::write()
{
    auto key = dialogue_.settle_key(base_, directory(), imported_);
    if (key)
        base_.main().keys = { { key->value, {} } };
    if (key && !key->named.empty())
        choices_.set("upstreams." + choices_.upstream, "key_file", toml_string(key->named));
    using Before = InitDialogue::Before;
    const Before before = !options_.import.empty() ? Before::import
        : usable_                                  ? Before::file
                                                   : Before::nothing;
    if (!key || !dialogue_.settle_models(base_, choices_, before) || !dialogue_.missing().empty())
        return dialogue_.give_up();
    auto plan = plan_for(path_, choices_, environment_);
    if (!plan) {
        complain(plan.error().message);
        return exit_failed;
    }
    add_key_file(*plan, *key);
    return finish(*plan);
}

int Init::write_gateway()
{
    if (!options_.offline)
        check_gateway_keys(context_, *gateway_, path_);
    return finish(plan_for_gateway(*gateway_, path_));
}

int Init::finish(const InitPlan& plan)
{
    if (!consents(plan))
        return dialogue_.may_ask() ? exit_failed : exit_usage;
    auto done = carry_out(plan);
    if (!done) {
        complain(done.error().message);
        return exit_failed;
    }
    print("\n");
    for (const std::string& line : *done)
        print("  " + line + "\n");
    if (done->empty())
        print(fmt::format("  {} says all this already\n", path_));
    return is_sound() ? exit_ok : exit_failed;
}

void Init::say_what_overrides() const
{
    config::Sources sources = context_.sources;
    sources.flags.config = path_;
    const auto loaded = config::load(sources);
    if (!loaded)
        return;
    const auto differs = [&](std::string_view key, const std::string& value) {
        const std::string* chosen = choices_.find("models", key);
        return chosen && *chosen != toml_string(value);
    };
    const config::Models& models = loaded->config.models;
    if (differs("big", models.big) || differs("small", models.small))
        print(fmt::format("  but the environment of this shell comes first: big is {}, small is {}\n",
            plain(models.big), plain(models.small)));
    if (loaded->config.main().key_source().kind == config::KeySource::Kind::environment)
        print(fmt::format("  as long as {} is set, it comes before the key file\n",
            loaded->config.main().key_source().name));
}

bool Init::status_line() const
{
    if (options_.statusline)
        return install_status_line(context_,
            options_.yes              ? Consent::given
                : dialogue_.may_ask() ? Consent::ask
                                      : Consent::refused);
    struct stat status {};
    const std::string folder = client_folder(environment_);
    const bool used = !folder.empty() && ::stat(folder.c_str(), &status) == 0;
    if (!dialogue_.may_ask() || !used || has_status_line(environment_))
        return true;
    if (!confirm("\nShow model, window and cost in Claude Code's status line?", Answer::no))
        return true;
    return install_status_line(context_, Consent::ask);
}

void Init::say_what_is_next() const
{
    const bool named = context_.sources.flags.config.has_value();
    const std::string config = named ? " --config " + path_ : "";
    print(fmt::format("\nNext:\n"
                      "  dragoman code{0}      Claude Code on these models\n"
                      "  dragoman{0}           serve other clients, until Ctrl-C\n"
                      "  dragoman doctor{0}    when something does not work\n",
        config));
}

int Init::run()
{
    if (!find_place())
        return exit_failed;
    if (!load_existing())
        return exit_usage;
    if (!options_.import.empty() && !import())
        return exit_usage;
    if (const int code = gateway_ ? write_gateway() : write(); code != exit_ok)
        return code;
    if (gateway_)
        say_what_gateway_needs(context_, *gateway_, path_);
    else
        say_what_overrides();
    const bool fine = status_line();
    say_what_is_next();
    return fine ? exit_ok : exit_failed;
}

} // namespace

int init(const Context& context, const InitOptions& options) { return Init(context, options).run(); }

} // namespace dragoman::cli
