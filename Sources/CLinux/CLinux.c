#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int linux_accept(int listener, struct sockaddr *address, socklen_t *length)
{
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The kernel refuses masks shorter than its own, so the mask grows until it fits.
static cpu_set_t *affinity(size_t *size)
{
    for (int count = 1024; count <= 1 << 20; count *= 2) {
        cpu_set_t *mask = CPU_ALLOC(count);
        if (!mask)
            return NULL;
        *size = CPU_ALLOC_SIZE(count);
        if (sched_getaffinity(0, *size, mask) == 0)
            return mask;
        int reason = errno;
        CPU_FREE(mask);
        errno = reason;
        if (reason != EINVAL)
            return NULL;
    }
    return NULL;
}

int linux_usable_processors(void)
{
    size_t size;
    cpu_set_t *mask = affinity(&size);
    if (!mask)
        return 1;
    int count = CPU_COUNT_S(size, mask);
    CPU_FREE(mask);
    return count > 0 ? count : 1;
}

int linux_name_thread(const char *name)
{
    char kept[16] = {0};
    strncpy(kept, name, sizeof kept - 1);
    int reason = pthread_setname_np(pthread_self(), kept);
    if (reason == 0)
        return 0;
    errno = reason;
    return -1;
}

void *linux_map_file(int file, size_t length)
{
    void *base = mmap(NULL, length, PROT_READ, MAP_SHARED, file, 0);
    return base == MAP_FAILED ? NULL : base;
}

void *linux_map_file_for_writing(int file, size_t length)
{
    void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return base == MAP_FAILED ? NULL : base;
}

void *linux_map_memory(size_t length, int huge)
{
    void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    // A wish only: kernels without transparent huge pages refuse it and serve small ones.
    if (huge)
        (void)madvise(base, length, MADV_HUGEPAGE);
    return base;
}

static int advise(const void *base, size_t length, int advice)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)base & ~(page - 1);
    return madvise((void *)start, (uintptr_t)base + length - start, advice);
}

int linux_advise_sequential(const void *base, size_t length)
{
    return advise(base, length, MADV_SEQUENTIAL);
}

int linux_advise_will_need(const void *base, size_t length)
{
    return advise(base, length, MADV_WILLNEED);
}

int linux_advise_dont_need(const void *base, size_t length)
{
    return advise(base, length, MADV_DONTNEED);
}

int linux_populate_read(const void *base, size_t length)
{
#ifdef MADV_POPULATE_READ
    return advise(base, length, MADV_POPULATE_READ);
#else
    return advise(base, length, 22);
#endif
}
