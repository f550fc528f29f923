#include "base/files.h"
#include "support/temporary_directory.h"
#include "tokens/calibration_file.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::tokens {
namespace {

TEST(CalibrationFile, KeepsWhatWasLearnedOverARestart)
{
    const testing::TemporaryDirectory directory;
    const auto path = directory / "state/calibration.json";
    Calibration before;
    CalibrationFile file(before, path);
    file.restore(); // there is none yet
    file.save();
    EXPECT_EQ(read_file(path, 1000).error().kind, Error::Kind::not_found); // nothing was learned
    before.learn("a/b", 1000, 1250);
    file.save();
    Calibration after;
    CalibrationFile(after, path).restore();
    EXPECT_DOUBLE_EQ(after.ratio("a/b"), 1.25);
}

TEST(CalibrationFile, MovesADamagedFileAside)
{
    const testing::TemporaryDirectory directory;
    const auto path = directory / "calibration.json";
    ASSERT_TRUE(replace_atomically(path, "{\"version\":1,\"mod"));
    Calibration calibration;
    CalibrationFile file(calibration, path);
    file.restore();
    EXPECT_EQ(calibration.ratio("a/b"), 1.0);
    EXPECT_TRUE(read_file(path + ".broken", 1000));
    calibration.learn("a/b", 1000, 1250);
    file.save();
    EXPECT_EQ(read_file(path, 1000).value(), calibration.save());
}

TEST(CalibrationFile, IsNotNeeded)
{
    Calibration calibration;
    calibration.learn("a/b", 1000, 1250);
    CalibrationFile nowhere(calibration, "");
    nowhere.restore();
    nowhere.save();
    CalibrationFile forbidden(calibration, "/proc/dragoman/calibration.json");
    forbidden.restore();
    forbidden.save();
    EXPECT_DOUBLE_EQ(calibration.ratio("a/b"), 1.25);
}

} // namespace
} // namespace dragoman::tokens
