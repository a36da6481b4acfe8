// Tells ThreadSanitizer what it cannot see: that a contended `Mutex` of Swift's Synchronization orders memory.
//
// Its uncontended path is inlined into the code that is checked, but the slow one is part of a library without checks,
// which leaves the lock to the kernel (FUTEX_LOCK_PI). Every such call goes through `syscall`, and this one stands before
// libc's. config/sanitize links it into the tests; no other build has it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    void *arguments[6];
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, void *);
    va_end(list);

    static _Atomic(void *) cached;
    void *found = cached;
    if (!found)
        cached = found = dlsym(RTLD_NEXT, "syscall");
    long (*next)(long, ...) = (long (*)(long, ...))found;

    long operation = number == SYS_futex ? (long)arguments[1] & FUTEX_CMD_MASK : -1;
    if (operation == FUTEX_UNLOCK_PI)
        __tsan_release(arguments[0]);
    long result =
        next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    if ((operation == FUTEX_LOCK_PI || operation == FUTEX_TRYLOCK_PI) && result == 0)
        __tsan_acquire(arguments[0]);
    return result;
}
