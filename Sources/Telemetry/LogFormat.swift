internal import Glibc
package import Logging

/// How log lines look.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Time, level, message and key=value pairs, coloured on a terminal.
    case text
    /// One JSON object a line.
    case json

    /// Makes this the format of all loggers of the process, on standard error. To be called once.
    ///
    /// From then on SIGPIPE is ignored: a log that nobody reads any more must not end the process.
    package func bootstrap(level: Logger.Level = .info) {
        signal(SIGPIPE, SIG_IGN)
        let output = LogOutput(format: self, isColoured: self == .text && LogOutput.standardErrorIsTerminal)
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, level: level, output: output) }
    }

    /// A logger that writes to a file of its own in this format.
    package func logger(label: String, writingTo file: LogFile, level: Logger.Level = .info) -> Logger {
        let output = LogOutput(format: self, isColoured: false, file: file)
        return Logger(label: label) { LineLogHandler(label: $0, level: level, output: output) }
    }
}
