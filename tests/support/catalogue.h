// The sample of an upstream's list of models that tests share.
#pragma once

#include "route/catalogue.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace dragoman::testing {

inline std::string sample_models_json()
{
    std::ifstream file(std::string(TESTS_DIR) + "/golden/catalogue/models.json");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline route::Catalogue sample_catalogue()
{
    auto catalogue = route::Catalogue::parse(sample_models_json());
    if (!catalogue)
        throw std::runtime_error(catalogue.error().message);
    return std::move(*catalogue);
}

} // namespace dragoman::testing
