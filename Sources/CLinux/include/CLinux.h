// Linux calls that Swift cannot see: GNU extensions, variadic functions and function-like macros.
// Every function returns -1 (or NULL) and sets errno on failure, as the call it wraps.
#pragma once

#include "fatal.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// MARK: Sockets

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC.
int linux_accept(int listener, struct sockaddr *_Nullable address, socklen_t *_Nullable length);

// MARK: Processors

/// The processors that this process may run on (sched_getaffinity), at least 1.
int linux_usable_processors(void);

/// Names the calling thread, as top and gdb show it; at most 15 bytes are kept.
int linux_name_thread(const char *name);

// MARK: Terminals

/// The columns and rows of a terminal.
int linux_terminal_size(int file, int *columns, int *rows);

/// Puts a terminal into raw mode: no echo, no lines, no signals from keys. Output is processed as before. Whatever ends
/// the process (exit, SIGTERM, SIGHUP, SIGINT, SIGQUIT, a fault) puts it back and writes `farewell` to it first.
int linux_enter_raw_mode(int file, const char *farewell);

/// Puts the terminal back and writes the farewell; nothing where it is not in raw mode.
void linux_leave_raw_mode(void);

// MARK: Memory

/// Maps a whole file read-only and shared; NULL on failure.
void *_Nullable linux_map_file(int file, size_t length);

/// Maps a whole file shared, to be read and written; NULL on failure.
void *_Nullable linux_map_file_for_writing(int file, size_t length);

/// Maps zeroed private memory, with transparent huge pages asked for where `huge` is not 0; NULL on failure.
void *_Nullable linux_map_memory(size_t length, int huge);

/// Tells the kernel that a range will be read from start to end. The range is widened to whole pages.
int linux_advise_sequential(const void *base, size_t length);

/// Starts reading a range into the page cache without waiting for it. The range is widened to whole pages.
int linux_advise_will_need(const void *base, size_t length);

/// Takes a range's pages out of this process; those of a file are read again when they are used again. The range is
/// widened to whole pages.
int linux_advise_dont_need(const void *base, size_t length);

/// Reads a range into the page cache and maps it into this process (MADV_POPULATE_READ, Linux 5.14); fails with
/// EINVAL on older kernels. The range is widened to whole pages.
int linux_populate_read(const void *base, size_t length);

// MARK: Confined programs

/// What a program may use that nobody trusts. Lists end with NULL.
struct linux_confinement {
    /// The program's absolute path first.
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    /// What it sees of the file system, read-only: absolute paths, those in another's directory behind that one. What
    /// does not exist is left out, symbolic links stay links.
    char *_Nullable const *_Nonnull readable;
    /// Address space, of which an eighth may be stack.
    uint64_t memory_bytes;
    /// For each file, and for /tmp, the only place that can be written, as a whole.
    uint64_t file_bytes;
    uint64_t threads;
    /// Of processor time.
    uint64_t seconds;
};

/// Starts a program in namespaces of its own (user, processes, network, mounts, IPC, host name, cgroup) as a user without
/// rights, with limits and a filter of system calls that refuses new processes and sockets, and returns its id. It dies
/// with the calling thread. On failure `step` says what failed; it is valid until the thread's next call.
pid_t linux_spawn_confined(const struct linux_confinement *confinement, int input, int output, int errors,
                           const char *_Nullable *_Nonnull step);

/// pipe2(2) with O_CLOEXEC: the end to read from first.
int linux_pipe(int *ends);

/// A file in memory with this content, to be read from its start and never changed.
int linux_memory_file(const void *bytes, size_t length);

#pragma clang assume_nonnull end
