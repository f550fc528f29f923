// Files that hold what a translation must give, byte for byte.
//
// With UPDATE_GOLDEN set in the environment, files are written instead of compared: look at the
// difference before committing it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace dragoman::tests {

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << "cannot read " << path;
    return { std::istreambuf_iterator<char>(file), {} };
}

inline void expect_golden(const std::filesystem::path& path, std::string_view text)
{
    if (std::getenv("UPDATE_GOLDEN")) {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(read_file(path), text) << path;
}

} // namespace dragoman::tests
