package import Logging

/// How log lines look.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Time, level, message and key=value pairs, coloured on a terminal.
    case text
    /// One JSON object a line.
    case json

    /// Makes this the format of all loggers of the process, on standard error. To be called once.
    package func bootstrap(level: Logger.Level = .info) {
        let output = LogOutput(format: self, isColoured: self == .text && LogOutput.standardErrorIsTerminal)
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, level: level, output: output) }
    }

    /// A logger that writes to a file of its own in this format.
    package func logger(label: String, writingTo file: LogFile, level: Logger.Level = .info) -> Logger {
        let output = LogOutput(format: self, isColoured: false, file: file)
        return Logger(label: label) { LineLogHandler(label: $0, level: level, output: output) }
    }
}
