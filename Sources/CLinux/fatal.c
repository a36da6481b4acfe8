#include "fatal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    named_requests = 32,
    name_bytes = 64,
    name_words = name_bytes / sizeof(uint64_t),
    mappings = 1024,
    report_stack = 64 << 10,
};

static char program_name[name_bytes];

// The step that runs or ran last. A report that reads a name while it changes, or while a second engine runs steps of
// its own, shows a mixture of two.
static struct {
    _Atomic uint64_t number;
    _Atomic bool runs;
    _Atomic uint32_t prompt_rows, generated_rows, requests;
    _Atomic uint64_t names[named_requests][name_words];
} step;

union name {
    char text[name_bytes];
    uint64_t words[name_words];
};

// A slot whose base is NULL is free; one whose length is 0 is being filled.
static struct {
    _Atomic(const char *) base;
    _Atomic size_t length;
    char name[name_bytes];
} mapped[mappings];

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
static struct sigaction earlier[NSIG];

static void keep(char *kept, const char *text, size_t length)
{
    if (length > name_bytes - 1)
        length = name_bytes - 1;
    memcpy(kept, text, length);
    kept[length] = 0;
}

// MARK: Notes

void linux_note_mapping(const void *base, size_t length, const char *name)
{
    size_t size = strlen(name);
    for (int i = 0; i < mappings; i++) {
        const char *none = NULL;
        if (!atomic_compare_exchange_strong(&mapped[i].base, &none, base))
            continue;
        keep(mapped[i].name, size < name_bytes ? name : name + size - (name_bytes - 1), size);
        atomic_store(&mapped[i].length, length);
        return;
    }
}

void linux_forget_mapping(const void *base)
{
    for (int i = 0; i < mappings; i++)
        if (atomic_load(&mapped[i].base) == base) {
            atomic_store(&mapped[i].length, 0);
            atomic_store(&mapped[i].base, NULL);
            return;
        }
}

void linux_step_began(uint32_t prompt_rows, uint32_t generated_rows)
{
    atomic_store_explicit(&step.requests, 0, memory_order_relaxed);
    atomic_store_explicit(&step.prompt_rows, prompt_rows, memory_order_relaxed);
    atomic_store_explicit(&step.generated_rows, generated_rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&step.number, 1, memory_order_relaxed);
    atomic_store_explicit(&step.runs, true, memory_order_release);
}

void linux_step_serves(const char *request)
{
    uint32_t index = atomic_load_explicit(&step.requests, memory_order_relaxed);
    if (index < named_requests) {
        union name name = {0};
        keep(name.text, request, strlen(request));
        for (size_t i = 0; i < name_words; i++)
            atomic_store_explicit(&step.names[index][i], name.words[i], memory_order_relaxed);
    }
    atomic_store_explicit(&step.requests, index + 1, memory_order_release);
}

void linux_step_ended(void)
{
    atomic_store_explicit(&step.runs, false, memory_order_release);
}

// MARK: The report; nothing below but what signal-safety(7) allows.

struct report {
    char text[4096];
    size_t length;
};

// Names come from clients: whatever could steer a terminal becomes a question mark.
static void say(struct report *report, const char *text)
{
    for (; *text && report->length < sizeof report->text - 1; text++)
        report->text[report->length++] = *text >= ' ' && *text < 127 ? *text : '?';
}

static void end_line(struct report *report)
{
    if (report->length < sizeof report->text)
        report->text[report->length++] = '\n';
}

static void say_number(struct report *report, uint64_t number, unsigned base)
{
    char digits[21];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do {
        *--first = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    if (base == 16)
        say(report, "0x");
    say(report, first);
}

static const char *name(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV, a wrong access to memory or a stack that is full";
    case SIGBUS:
        return "SIGBUS, an access to memory that its file or device does not provide";
    case SIGILL:
        return "SIGILL, an illegal instruction or a failed check of Swift's";
    case SIGFPE:
        return "SIGFPE, an arithmetic error";
    case SIGABRT:
        return "SIGABRT, an abort";
    case SIGTRAP:
        return "SIGTRAP, a failed check of Swift's or a breakpoint";
    case SIGSYS:
        return "SIGSYS, a system call that is forbidden here";
    default:
        return "a signal";
    }
}

static void say_mapping(struct report *report, int number, const char *address)
{
    for (int i = 0; i < mappings; i++) {
        const char *base = atomic_load(&mapped[i].base);
        size_t length = atomic_load(&mapped[i].length);
        if (!base || address < base || address >= base + length)
            continue;
        say(report, "  the address is byte ");
        say_number(report, (uint64_t)(address - base), 10);
        say(report, " of the file ");
        say(report, mapped[i].name);
        if (number == SIGBUS)
            say(report, ", which was truncated while it was mapped, or whose disk failed: put the whole file in place "
                        "and start again");
        end_line(report);
        return;
    }
}

static void say_step(struct report *report)
{
    uint64_t steps = atomic_load(&step.number);
    if (!steps) {
        say(report, "  no step had run");
        return end_line(report);
    }
    say(report, atomic_load(&step.runs) ? "  step " : "  between steps; the last one was step ");
    say_number(report, steps, 10);
    say(report, ": ");
    say_number(report, atomic_load(&step.prompt_rows), 10);
    say(report, " prompt rows and ");
    say_number(report, atomic_load(&step.generated_rows), 10);
    say(report, " generated rows of ");
    uint32_t requests = atomic_load(&step.requests);
    say_number(report, requests, 10);
    say(report, requests == 1 ? " request:" : " requests:");
    for (uint32_t i = 0; i < requests && i < named_requests; i++) {
        union name name;
        for (size_t word = 0; word < name_words; word++)
            name.words[word] = atomic_load_explicit(&step.names[i][word], memory_order_relaxed);
        say(report, " ");
        say(report, name.text);
    }
    if (requests > named_requests)
        say(report, " and others");
    end_line(report);
}

static void report_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    int reason = errno;
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    static _Atomic bool told;
    static struct report report;
    bool was_sent = info->si_code <= 0;
    pid_t thread = (pid_t)syscall(SYS_gettid);
    if (!atomic_flag_test_and_set(&taken)) {
        char name_of_thread[17] = "";
        prctl(PR_GET_NAME, name_of_thread);
        say(&report, program_name);
        say(&report, " is ended by ");
        say(&report, name(number));
        if (was_sent) {
            say(&report, ", sent by process ");
            say_number(&report, (uint64_t)info->si_pid, 10);
        } else {
            say(&report, ", at address ");
            say_number(&report, (uint64_t)(uintptr_t)info->si_addr, 16);
        }
        say(&report, ", in thread ");
        say_number(&report, (uint64_t)thread, 10);
        say(&report, " (");
        say(&report, name_of_thread);
        say(&report, ")");
        end_line(&report);
        if (!was_sent)
            say_mapping(&report, number, info->si_addr);
        say_step(&report);
        if (write(STDERR_FILENO, report.text, report.length) < 0)
            reason = errno;
        atomic_store(&told, true);
    }
    // Threads that fail together: the one that reports must get to its end.
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 1000 && !atomic_load(&told); i++)
        nanosleep(&moment, NULL);
    // The instruction that failed is run again on return and takes its course; a signal that was sent is sent again.
    sigaction(number, &earlier[number], NULL);
    if (was_sent)
        syscall(SYS_tgkill, getpid(), thread, number);
    errno = reason;
}

// MARK: Stacks for the report

static pthread_key_t stack_key;

static void release_stack(void *stack)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(stack, report_stack);
}

static void make_stack_key(void)
{
    pthread_key_create(&stack_key, release_stack);
}

void linux_report_overflow_of_thread(void)
{
    static _Thread_local bool is_done;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (is_done)
        return;
    is_done = true;
    pthread_once(&once, make_stack_key);
    stack_t present;
    // Sanitizers and Swift's backtraces bring stacks of their own.
    if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE))
        return;
    void *memory = mmap(NULL, report_stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return;
    const stack_t stack = {.ss_sp = memory, .ss_size = report_stack};
    if (sigaltstack(&stack, NULL) != 0)
        munmap(memory, report_stack);
    else
        pthread_setspecific(stack_key, memory);
}

void linux_report_fatal_signals(const char *program)
{
    linux_report_overflow_of_thread();
    keep(program_name, program, strlen(program));
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action = {.sa_sigaction = report_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], &action, &earlier[signals[i]]);
    }
}
