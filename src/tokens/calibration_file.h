// Where a calibration is kept over restarts: one small JSON file, replaced whole. What goes wrong is said in
// the log and never stops anything: without a file every model begins at its starting value again.
//
// Two programs may share the file; the last one to save wins. Call from one thread at a time.
#pragma once

#include "tokens/calibration.h"

#include <cstdint>
#include <string>
#include <utility>

namespace dragoman::tokens {

class CalibrationFile {
public:
    // An empty path: nothing is kept. `calibration` must outlive this.
    CalibrationFile(Calibration& calibration, std::string path)
        : calibration_(calibration)
        , path_(std::move(path))
    {
    }

    // At the start. A file that cannot be understood is moved aside, to `path.broken`.
    void restore();

    // Now and then, and at the end: writes if anything was learned since the last time.
    void save();

private:
    Calibration& calibration_;
    std::string path_;
    std::uint64_t saved_samples_ = 0;
    bool complained_ = false; // that it cannot be written is said once
};

} // namespace dragoman::tokens
