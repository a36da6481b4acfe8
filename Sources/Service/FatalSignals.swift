internal import CLinux

/// SIGSEGV, SIGBUS and the other signals by which a process fails.
package enum FatalSignals {
    /// Has them tell on standard error what was running before they take their course.
    package static func report() {
        linux_report_fatal_signals("apus \(Version.text)")
    }

    /// Has an overflow of this thread's stack told too, which leaves no room for telling.
    package static func coverThread() {
        linux_report_overflow_of_thread()
    }
}
