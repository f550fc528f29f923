// What `init` asks, or takes from its flags when nobody can be asked: a key that works, and models.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"
#include "cli/env_import.h"
#include "cli/key_check.h"
#include "cli/model_choice.h"
#include "cli/terminal.h"
#include "route/catalogue.h"

#include <optional>
#include <string>
#include <vector>

namespace dragoman::cli {

struct ImportedKey {
    Secret value {};
    std::string name {}; // of the variable
    std::string file {}; // a file that holds it; empty: the value is the key
};

struct KeyChoice {
    Secret value {};
    std::string named {}; // what key_file shall say; empty: it says what it said
    std::string write_to {}; // a file to write it to; empty: it is kept somewhere already
};

class InitDialogue {
public:
    InitDialogue(const Context& context, const InitOptions& options);

    bool may_ask() const { return may_ask_; }
    const std::vector<std::string>& missing() const { return missing_; } // what nobody could be asked for

    void say_what_was_imported(const std::string& path, const Import& import) const;

    // `directory` is where a key file goes. nullopt: there is none, and give_up() says why.
    std::optional<KeyChoice> settle_key(
        const config::Config& base, const std::string& directory, const std::optional<ImportedKey>& imported);

    // Into `choices`, which may hold imported ones; what was there `before` need not be chosen again. False:
    // the input ended, or a model is not there.
    enum class Before : std::uint8_t { nothing, file, import };
    bool settle_models(const config::Config& base, Choices& choices, Before before);

    // Says what is missing, and gives the exit code.
    int give_up() const;

private:
    struct Offered {
        Secret value {};
        std::string origin {}; // for people
        std::string named {}; // a file to refer to instead of a copy
        bool kept = false; // where dragoman finds it already
        bool of_shell = false; // gone with this shell
    };
    std::optional<Offered> offered_key(
        const config::Config& base, const std::optional<ImportedKey>& imported);
    std::optional<Offered> from_file(const std::string& path, const std::string& origin);
    bool shall_be_kept(const Offered& offered) const;
    std::optional<Secret> ask_for_key(const config::Config& base);
    enum class Outcome : std::uint8_t { use, ask_again, stop };
    Outcome judge(const config::Config& base, const Secret& key);
    Outcome judge_report(const config::Config& base, const KeyReport& report);
    void check_imported(Choices& choices);
    std::optional<std::string> ask_for_model(Size size, const std::string& standard);
    bool settle_model(
        Choices& choices, std::string_view key, const std::string& flag, const std::string& standard);
    void say_models(const Choices& choices) const;
    void load_catalogue(const config::Config& base);
    void miss(std::string what) { missing_.push_back(std::move(what)); }

    const Context& context_;
    const InitOptions& options_;
    Style style_;
    bool may_ask_;
    bool failed_ = false; // not for want of an answer: something was refused
    route::Catalogue catalogue_ {};
    std::vector<std::string> missing_ {};
};

} // namespace dragoman::cli
