internal import CLinux

/// SIGSEGV, SIGBUS and the other signals by which a process fails.
package enum FatalSignals {
    /// Has them tell on standard error what was running before they take their course.
    package static func report() {
        linux_report_fatal_signals("apus \(Version.text)")
    }
}
