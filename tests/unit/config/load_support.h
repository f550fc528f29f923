// Loads a configuration from texts, in a directory of its own.
#pragma once

#include "config/load.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <string_view>

namespace dragoman::config {

class LoadTest : public ::testing::Test {
protected:
    // A configuration file, where it is looked for.
    void file(std::string_view text)
    {
        std::filesystem::create_directories(directory_ / "config/dragoman");
        file_ = directory_.put("config/dragoman/config.toml", text);
    }
    void dotenv(std::string_view text) { directory_.put(".env", text); }
    std::string secret_file(std::string_view name, std::string_view text)
    {
        return directory_.put(name, text);
    }

    Sources sources() const
    {
        Sources all { .flags = flags_, .environment = environment_, .directory = directory_.path() };
        all.environment["XDG_CONFIG_HOME"] = directory_ / "config";
        all.environment["HOME"] = directory_.path();
        return all;
    }
    Config loaded()
    {
        const auto result = load(sources());
        if (!result) {
            ADD_FAILURE() << ::testing::PrintToString(result.error().mistakes);
            return {};
        }
        warnings_ = result->warnings;
        return result->config;
    }
    // Places are given without the directory, so that they can be compared.
    std::vector<std::string> mistakes()
    {
        auto result = load(sources());
        if (result) {
            ADD_FAILURE() << "nothing was wrong";
            return {};
        }
        warnings_ = result.error().warnings;
        for (std::string& one : result.error().mistakes) {
            for (auto at = one.find(file_); !file_.empty() && at != std::string::npos; at = one.find(file_))
                one.replace(at, file_.size(), "config.toml");
        }
        return result.error().mistakes;
    }

    dragoman::testing::TemporaryDirectory directory_;
    Environment environment_;
    Flags flags_;
    std::string file_;
    std::vector<std::string> warnings_;
};

} // namespace dragoman::config
