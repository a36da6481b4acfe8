#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { farewell_size = 64 };

// What ends a process: it may come at any time, so everything that the handler needs lies ready.
static const int endings[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS};
enum { ending_count = sizeof endings / sizeof *endings };

static struct sigaction earlier[ending_count];
static struct termios original;
static char farewell_text[farewell_size];
static atomic_int raw_file = -1;

int linux_terminal_size(int file, int *columns, int *rows)
{
    struct winsize size;
    if (ioctl(file, TIOCGWINSZ, &size) != 0)
        return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

static void restore(void)
{
    int file = atomic_exchange(&raw_file, -1);
    if (file < 0)
        return;
    int reason = errno;
    (void)!write(file, farewell_text, strlen(farewell_text));
    tcsetattr(file, TCSANOW, &original);
    errno = reason;
}

static void end(int number)
{
    restore();
    for (int i = 0; i < ending_count; i++)
        if (endings[i] == number)
            sigaction(number, &earlier[i], NULL);
    raise(number);
}

int linux_enter_raw_mode(int file, const char *farewell)
{
    if (atomic_load(&raw_file) >= 0)
        return 0;
    if (tcgetattr(file, &original) != 0)
        return -1;
    strncpy(farewell_text, farewell, farewell_size - 1);
    static atomic_flag is_registered = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&is_registered))
        atexit(restore);

    struct termios raw = original;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)CSIZE) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    atomic_store(&raw_file, file);
    for (int i = 0; i < ending_count; i++) {
        struct sigaction action = {.sa_handler = end};
        sigemptyset(&action.sa_mask);
        sigaction(endings[i], &action, &earlier[i]);
    }
    // Not TCSAFLUSH: what was typed ahead stays.
    if (tcsetattr(file, TCSADRAIN, &raw) == 0)
        return 0;
    linux_leave_raw_mode();
    return -1;
}

void linux_leave_raw_mode(void)
{
    if (atomic_load(&raw_file) < 0)
        return;
    restore();
    for (int i = 0; i < ending_count; i++)
        sigaction(endings[i], &earlier[i], NULL);
}
