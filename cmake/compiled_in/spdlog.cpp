// The part of spdlog that its headers leave to the library, as far as base/log.cpp uses it: a logger, a sink
// and a formatter, none of them registered anywhere.
#include <spdlog/common-inl.h>
#include <spdlog/details/backtracer-inl.h>
#include <spdlog/details/log_msg-inl.h>
#include <spdlog/details/log_msg_buffer-inl.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/os-inl.h>
#include <spdlog/logger-inl.h>
#include <spdlog/pattern_formatter-inl.h>
#include <spdlog/sinks/base_sink-inl.h>
#include <spdlog/sinks/sink-inl.h>

template class SPDLOG_API spdlog::sinks::base_sink<spdlog::details::null_mutex>;
