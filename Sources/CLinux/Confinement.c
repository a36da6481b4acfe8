#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the filter of system calls knows x86-64 and arm64"
#endif

enum { INNER_ID = 1000, NOBODY = 65534 };

// What the child tells the parent where it fails, before the program runs.
struct failure {
    int reason;
    char step[28];
};

#define FAIL_ON(condition, name)                                                                                       \
    do {                                                                                                               \
        if (condition) {                                                                                               \
            struct failure failure = {.reason = errno, .step = name};                                                  \
            (void)!write(report, &failure, sizeof failure);                                                            \
            _exit(127);                                                                                                \
        }                                                                                                              \
    } while (0)

// Between clone and exec only async-signal-safe calls are made: other threads of the parent may have held any lock.

static int make_directories(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        int result = mkdir(path, 0755);
        *slash = '/';
        if (result && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int limit(int resource, uint64_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now))
        return -1;
    rlim_t kept = now.rlim_max == RLIM_INFINITY || value < now.rlim_max ? value : now.rlim_max;
    return setrlimit(resource, &(struct rlimit){kept, kept});
}

// Threads may start, processes not; nothing that serves no program but widens what the kernel exposes.
static int filter_calls(void)
{
#define REFUSE(call)                                                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        // x86-64's second numbering.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        // A filter cannot see clone3's flags; the C library falls back on clone.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#ifdef __NR_fork
        REFUSE(fork), REFUSE(vfork),
#endif
        REFUSE(socket), REFUSE(socketpair), REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev),
        REFUSE(mount), REFUSE(umount2), REFUSE(pivot_root), REFUSE(chroot), REFUSE(unshare), REFUSE(setns),
        REFUSE(open_tree), REFUSE(move_mount), REFUSE(fsopen), REFUSE(fsconfig), REFUSE(fsmount), REFUSE(fspick),
        REFUSE(mount_setattr), REFUSE(keyctl), REFUSE(add_key), REFUSE(request_key), REFUSE(bpf),
        REFUSE(perf_event_open), REFUSE(userfaultfd), REFUSE(io_uring_setup), REFUSE(open_by_handle_at),
        REFUSE(kexec_load), REFUSE(init_module), REFUSE(finit_module), REFUSE(execveat), REFUSE(memfd_create), REFUSE(shmget), REFUSE(quotactl),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
#undef REFUSE
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

// What the program sees of one path: a view of a file or directory, or a symbolic link.
struct source {
    int tree;
    mode_t mode;
    char link[512];
};

enum { MOST_SOURCES = 64 };

static size_t open_sources(const struct linux_confinement *confinement, struct source *sources, int report)
{
    size_t count = 0;
    for (; confinement->readable[count]; count++) {
        FAIL_ON(count == MOST_SOURCES, "number of directories");
        const char *path = confinement->readable[count];
        struct source *source = &sources[count];
        struct stat status;
        if (lstat(path, &status))
            continue;
        source->mode = status.st_mode;
        if (S_ISLNK(status.st_mode)) {
            FAIL_ON(readlink(path, source->link, sizeof source->link - 1) < 0, "symbolic link");
            continue;
        }
        source->tree = (int)syscall(__NR_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE);
        FAIL_ON(source->tree < 0, "view of a directory");
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
        FAIL_ON(syscall(__NR_mount_setattr, source->tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                        sizeof attributes),
                "read-only view");
    }
    return count;
}

static void place(const struct source *source, char *target, int report)
{
    FAIL_ON(make_directories(target), "directory");
    if (S_ISLNK(source->mode)) {
        FAIL_ON(symlink(source->link, target) && errno != EEXIST, "symbolic link");
        return;
    }
    if (S_ISDIR(source->mode)) {
        FAIL_ON(mkdir(target, 0755) && errno != EEXIST, "directory");
    } else {
        int file = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        FAIL_ON(file < 0, "file");
        close(file);
    }
    FAIL_ON(syscall(__NR_move_mount, source->tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH),
            "place of a directory");
}

// A root of its own, in memory: the directories that the program needs, read-only, and an empty /tmp. The user changes
// halfway: the parent's may have to reach the directories, and only the namespace's own can create files in it.
static void enter_root(const struct linux_confinement *confinement, int report)
{
    static struct source sources[MOST_SOURCES];
    static char target[4096];
    // The new root is built over a directory that exists everywhere and holds no program.
    const char base[] = "/proc";
    FAIL_ON(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "namespace of mounts");
    size_t count = open_sources(confinement, sources, report);
    FAIL_ON(setresgid(INNER_ID, INNER_ID, INNER_ID), "group");
    FAIL_ON(setresuid(INNER_ID, INNER_ID, INNER_ID), "user");
    FAIL_ON(mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755"), "root directory");
    for (size_t index = 0; index < count; index++) {
        if (!sources[index].mode)
            continue;
        const char *path = confinement->readable[index];
        FAIL_ON(strlen(path) > sizeof target - sizeof base, "path of a directory");
        strcpy(stpcpy(target, base), path);
        place(&sources[index], target, report);
    }
    FAIL_ON(mkdir("/proc/tmp", 0755) && errno != EEXIST, "temporary directory");
    snprintf(target, sizeof target, "size=%llu,mode=1777", (unsigned long long)confinement->file_bytes);
    FAIL_ON(mount("tmpfs", "/proc/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, target), "temporary directory");
    FAIL_ON(mount(NULL, base, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL), "read-only root");
    FAIL_ON(chdir(base), "root directory");
    FAIL_ON(syscall(__NR_pivot_root, ".", "."), "change of the root");
    FAIL_ON(umount2(".", MNT_DETACH), "the old root");
    FAIL_ON(chdir("/tmp"), "temporary directory");
}

static _Noreturn void run_confined(const struct linux_confinement *confinement, const int streams[3], int start,
                                   int report)
{
    char begun;
    while (read(start, &begun, 1) < 0 && errno == EINTR)
        ;
    enter_root(confinement, report);
    // Signals that the parent ignores or blocks would stay so.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < 32; number++)
        signal(number, SIG_DFL);
    FAIL_ON(setsid() < 0, "session");
    FAIL_ON(limit(RLIMIT_CPU, confinement->seconds), "limit of time");
    FAIL_ON(limit(RLIMIT_AS, confinement->memory_bytes), "limit of memory");
    FAIL_ON(limit(RLIMIT_STACK, confinement->memory_bytes / 8), "limit of the stack");
    FAIL_ON(limit(RLIMIT_NPROC, confinement->threads), "limit of threads");
    FAIL_ON(limit(RLIMIT_FSIZE, confinement->file_bytes), "limit of files");
    FAIL_ON(limit(RLIMIT_NOFILE, 64), "limit of open files");
    FAIL_ON(limit(RLIMIT_CORE, 0), "limit of core dumps");
    // Above the standard streams first: a source may stand where another's place is.
    int kept[3];
    for (int stream = 0; stream < 3; stream++)
        FAIL_ON((kept[stream] = fcntl(streams[stream], F_DUPFD_CLOEXEC, 10)) < 0, "streams");
    for (int stream = 0; stream < 3; stream++)
        FAIL_ON(dup2(kept[stream], stream) < 0, "streams");
    FAIL_ON(syscall(__NR_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */), "open files (Linux 5.11)");
    FAIL_ON(prctl(PR_SET_PDEATHSIG, SIGKILL), "death with the parent");
    FAIL_ON(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
    FAIL_ON(filter_calls(), "filter of system calls");
    execve(confinement->arguments[0], confinement->arguments, confinement->environment);
    FAIL_ON(1, "program");
    __builtin_unreachable();
}

static int write_file(pid_t child, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)child, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t written = write(file, text, strlen(text));
    int reason = errno;
    close(file);
    errno = reason;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

// The child's one user: nobody where the parent is root, the parent's own elsewhere; no other can be mapped.
static int map_user(pid_t child)
{
    char map[64];
    int is_root = geteuid() == 0;
    snprintf(map, sizeof map, "%d %d 1", INNER_ID, is_root ? NOBODY : (int)geteuid());
    if (write_file(child, "setgroups", "deny") || write_file(child, "uid_map", map))
        return -1;
    snprintf(map, sizeof map, "%d %d 1", INNER_ID, is_root ? NOBODY : (int)getegid());
    return write_file(child, "gid_map", map);
}

static const char *copied(const char *step)
{
    static _Thread_local char kept[sizeof((struct failure *)0)->step];
    strncpy(kept, step, sizeof kept - 1);
    return kept;
}

pid_t linux_spawn_confined(const struct linux_confinement *confinement, int input, int output, int errors,
                           const char **step)
{
    int start[2], report[2];
    *step = "pipes";
    if (pipe2(start, O_CLOEXEC))
        return -1;
    if (pipe2(report, O_CLOEXEC)) {
        int reason = errno;
        close(start[0]), close(start[1]);
        errno = reason;
        return -1;
    }
    const int streams[3] = {input, output, errors};
    unsigned long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
                          CLONE_NEWCGROUP | SIGCHLD;
    pid_t child = (pid_t)syscall(__NR_clone, flags, 0, 0, 0, 0);
    if (child == 0) {
        close(start[1]);
        run_confined(confinement, streams, start[0], report[1]);
    }
    int reason = errno;
    close(start[0]), close(report[1]);
    struct failure failure = {0};
    if (child < 0) {
        *step = "namespaces";
    } else if (map_user(child)) {
        reason = errno;
        *step = "user of the namespace";
        kill(child, SIGKILL);
    } else {
        (void)write_file(child, "oom_score_adj", "1000");
        close(start[1]);
        start[1] = -1;
        ssize_t length;
        while ((length = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR)
            ;
        reason = failure.reason;
        if (length > 0)
            *step = copied(failure.step);
    }
    close(report[0]);
    if (start[1] >= 0)
        close(start[1]);
    if (reason == 0 && child > 0)
        return child;
    if (child > 0)
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
    errno = reason;
    return -1;
}

int linux_pipe(int *ends)
{
    return pipe2(ends, O_CLOEXEC);
}

int linux_memory_file(const void *bytes, size_t length)
{
    int file = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0)
        return -1;
    for (size_t written = 0; written < length;) {
        ssize_t count = write(file, (const char *)bytes + written, length - written);
        if (count < 0 && errno != EINTR)
            goto failure;
        written += count > 0 ? (size_t)count : 0;
    }
    if (lseek(file, 0, SEEK_SET) == 0 &&
        fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return file;
failure:;
    int reason = errno;
    close(file);
    errno = reason;
    return -1;
}
