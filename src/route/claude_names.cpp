#include "route/claude_names.h"

namespace dragoman::route {

namespace {

constexpr ClaudeName names[] = {
    { "claude-fable-5-2", "Claude Fable 5.2", 1793491200 }, // 2026-11-01
    { "claude-opus-5-5", "Claude Opus 5.5", 1790985600 }, // 2026-10-03
    { "claude-sonnet-5-5", "Claude Sonnet 5.5", 1790899200 }, // 2026-10-02
    { "claude-haiku-5-5", "Claude Haiku 5.5", 1790812800 }, // 2026-10-01
    { "claude-opus-5", "Claude Opus 5", 1785542400 }, // 2026-08-01
    { "claude-fable-5", "Claude Fable 5", 1780444800 }, // 2026-06-03
    { "claude-mythos-5", "Claude Mythos 5", 1780358400 }, // 2026-06-02
    { "claude-sonnet-5", "Claude Sonnet 5", 1780272000 }, // 2026-06-01
    { "claude-opus-4-8", "Claude Opus 4.8", 1777593600 }, // 2026-05-01
    { "claude-opus-4-7", "Claude Opus 4.7", 1775001600 }, // 2026-04-01
    { "claude-sonnet-4-6", "Claude Sonnet 4.6", 1771286400 }, // 2026-02-17
    { "claude-opus-4-6", "Claude Opus 4.6", 1770249600 }, // 2026-02-05
    { "claude-opus-4-5", "Claude Opus 4.5", 1763942400 }, // 2025-11-24
    { "claude-opus-4-5-20251101", "Claude Opus 4.5", 1763942400 }, // 2025-11-24
    { "claude-haiku-4-5", "Claude Haiku 4.5", 1760486400 }, // 2025-10-15
    { "claude-haiku-4-5-20251001", "Claude Haiku 4.5", 1760486400 }, // 2025-10-15
    { "claude-sonnet-4-5", "Claude Sonnet 4.5", 1759104000 }, // 2025-09-29
    { "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", 1759104000 }, // 2025-09-29
    { "claude-opus-4-1", "Claude Opus 4.1", 1754352000 }, // 2025-08-05
    { "claude-opus-4-1-20250805", "Claude Opus 4.1", 1754352000 }, // 2025-08-05
    { "claude-opus-4-0", "Claude Opus 4", 1747872000 }, // 2025-05-22
    { "claude-opus-4-20250514", "Claude Opus 4", 1747872000 }, // 2025-05-22
    { "claude-sonnet-4-0", "Claude Sonnet 4", 1747872000 }, // 2025-05-22
    { "claude-sonnet-4-20250514", "Claude Sonnet 4", 1747872000 }, // 2025-05-22
    { "claude-3-7-sonnet-latest", "Claude Sonnet 3.7", 1740355200 }, // 2025-02-24
    { "claude-3-7-sonnet-20250219", "Claude Sonnet 3.7", 1740355200 }, // 2025-02-24
    { "claude-3-5-haiku-latest", "Claude Haiku 3.5", 1729555200 }, // 2024-10-22
    { "claude-3-5-haiku-20241022", "Claude Haiku 3.5", 1729555200 }, // 2024-10-22
    { "claude-3-5-sonnet-20241022", "Claude Sonnet 3.5", 1729555200 }, // 2024-10-22
    { "claude-3-haiku-20240307", "Claude Haiku 3", 1709769600 }, // 2024-03-07
    { "claude-3-opus-20240229", "Claude Opus 3", 1709164800 }, // 2024-02-29
};

} // namespace

std::span<const ClaudeName> claude_models() { return names; }

} // namespace dragoman::route
