#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string>

namespace dragoman {
namespace {

// SipHash-1-3 with 16 bytes, as OpenSSL has it.
std::string reference(const std::array<unsigned char, 16>& key, const std::string& bytes)
{
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    unsigned int c_rounds = 1;
    unsigned int d_rounds = 3;
    std::size_t size = 16;
    const std::array parameters { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c_rounds),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d_rounds), OSSL_PARAM_construct_end() };
    std::string digest(size, '\0');
    const bool done = EVP_MAC_init(context, key.data(), key.size(), parameters.data()) == 1
        && EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1
        && EVP_MAC_final(context, reinterpret_cast<unsigned char*>(digest.data()), &size, digest.size()) == 1;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    EXPECT_TRUE(done);
    return digest;
}

TEST(KeyedHash, IsSipHash)
{
    std::array<unsigned char, 16> key {};
    for (unsigned char i = 0; i < 16; ++i)
        key[i] = i;
    KeyedHash::Key words;
    std::memcpy(&words, key.data(), key.size());
    const KeyedHash hash(words);
    std::string bytes;
    for (int size = 0; size < 300; ++size) {
        const auto digest = hash(bytes);
        EXPECT_EQ(std::string(reinterpret_cast<const char*>(&digest), sizeof digest), reference(key, bytes))
            << size;
        bytes += static_cast<char>(size);
    }
}

TEST(KeyedHash, NothingHasADigest)
{
    const KeyedHash hash;
    EXPECT_EQ(hash(std::string_view {}), hash(""));
    EXPECT_NE(hash(""), hash(std::string_view("\0", 1)));
}

TEST(KeyedHash, NobodyKnowsTheKey)
{
    EXPECT_NE(KeyedHash()("the same bytes"), KeyedHash()("the same bytes"));
    const KeyedHash hash;
    EXPECT_EQ(hash("the same bytes"), hash("the same bytes"));
}

} // namespace
} // namespace dragoman
