// The memory that a program's own code takes.
#pragma once

namespace dragoman {

// Code that only the start needed leaves this process's memory; what is needed again is mapped from the file
// anew, some microseconds a piece. Without effect where a system cannot tell.
void give_code_back();

} // namespace dragoman
