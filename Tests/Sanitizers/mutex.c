// Tells ThreadSanitizer what it cannot see: that a contended `Mutex` of Swift's Synchronization orders memory.
//
// Its uncontended path is inlined into the code that is checked, but the slow one is part of a library without checks. The
// two functions here stand before that library's, call them, and say what they did. config/sanitize links them into the
// tests; no other build has them.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// _MutexHandle._lockSlow(_: UInt32): spins, then waits in the kernel.
__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) void *handle) __asm__(LOCK);

// _MutexHandle._unlockSlow(): wakes a thread that waits in the kernel.
__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *handle) __asm__(UNLOCK);

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) void *handle) {
    typedef __attribute__((swiftcall)) void lock(uint32_t, __attribute__((swift_context)) void *);
    ((lock *)dlsym(RTLD_NEXT, LOCK))(thread, handle);
    __tsan_acquire(handle);
}

__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *handle) {
    typedef __attribute__((swiftcall)) void unlock(__attribute__((swift_context)) void *);
    __tsan_release(handle);
    ((unlock *)dlsym(RTLD_NEXT, UNLOCK))(handle);
}
