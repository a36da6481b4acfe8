// What a process that a signal ends says last: the signal, the thread, and what was being computed.
//
// What is noted lies in memory that exists from the start, so that the handler needs neither locks nor allocation.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// From now on a fatal signal is told on standard error before it takes its usual course, core dump and exit status
/// included. `program` is copied.
void linux_report_fatal_signals(const char *program);

/// Gives the calling thread a stack for the report, so that the overflow of its own is told too. Costs nothing again.
void linux_report_overflow_of_thread(void);

/// Notes that a file lies at `base`, for the report of an access that fails there. The end of its name is kept.
void linux_note_mapping(const void *base, size_t length, const char *name);

/// To be called before the file is unmapped.
void linux_forget_mapping(const void *base);

/// Notes that a step begins, with so many rows of prompts and of generated tokens. The report knows one step; those of
/// two engines would mix in it.
void linux_step_began(uint32_t prompt_rows, uint32_t generated_rows);

/// Notes a request that the step works for, after its beginning. Of many the first 32 are named and all counted.
void linux_step_serves(const char *request);

/// Notes that the step is over.
void linux_step_ended(void);

#pragma clang assume_nonnull end
