#include "base/published.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace dragoman {
namespace {

std::shared_ptr<const std::string> text(const char* words)
{
    return std::make_shared<const std::string>(words);
}

TEST(Published, AReaderSeesTheNewestAndKeepsWhatItHolds)
{
    Published<std::string> published(text("first"));
    Published<std::string>::Reader reader(published);
    const std::shared_ptr<const std::string> held = reader.get();
    EXPECT_EQ(*held, "first");
    published.replace(text("second"));
    EXPECT_EQ(*reader.get(), "second");
    EXPECT_EQ(*published.get(), "second");
    EXPECT_EQ(*held, "first");
}

TEST(Published, EveryReplacementIsAGenerationOfItsOwn)
{
    Published<std::string> published(text("same"));
    const std::uint64_t first = published.generation();
    published.replace(text("same"));
    EXPECT_EQ(published.generation(), first + 1);
}

TEST(Published, ReadersCountTheirReferencesApart)
{
    Published<std::string> published(text("one"));
    Published<std::string>::Reader reader(published), other(published);
    EXPECT_EQ(reader.get().get(), other.get().get()); // one value
    EXPECT_EQ(reader.get().use_count(), 1);
    const auto held = reader.get();
    EXPECT_EQ(reader.get().use_count(), 2);
    EXPECT_EQ(other.get().use_count(), 1);
}

TEST(Published, WhatNobodyReadsAnyMoreIsGone)
{
    auto first = text("first");
    const std::weak_ptr<const std::string> watched = first;
    Published<std::string> published(std::move(first));
    Published<std::string>::Reader reader(published);
    EXPECT_EQ(*reader.get(), "first");
    published.replace(text("second"));
    EXPECT_FALSE(watched.expired()); // the reader has not looked yet
    reader.get();
    EXPECT_TRUE(watched.expired());
}

TEST(Published, ManyThreadsReadWhileOneReplaces)
{
    Published<std::string> published(text("0"));
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&published] {
            Published<std::string>::Reader reader(published);
            int last = 0;
            while (last < 1000) {
                const int now = std::stoi(*reader.get());
                ASSERT_GE(now, last);
                last = now;
            }
        });
    for (int i = 1; i <= 1000; ++i)
        published.replace(text(std::to_string(i).c_str()));
}

} // namespace
} // namespace dragoman
