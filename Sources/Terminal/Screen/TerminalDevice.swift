internal import CLinux
internal import Glibc

/// The terminal that the process talks to: what it can do, its size, raw mode, output.
package struct TerminalDevice: Sendable {
    /// Modes that a chat leaves behind it: no bracketed paste, a cursor that shows, no colour.
    private static let farewell = "\u{1B}[?2026l\u{1B}[?2004l\u{1B}[?25h\u{1B}[0m"

    /// Whether standard input and output are a terminal on which the cursor can be moved.
    package let isInteractive: Bool
    /// Whether colours may be used; never where NO_COLOR is set (no-color.org) or output is no terminal.
    package let isColoured: Bool

    package init(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
        let isDumb = ["", "dumb"].contains(environment("TERM") ?? "")
        isInteractive = !isDumb && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let refusesColour = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        isColoured = !isDumb && isatty(STDOUT_FILENO) == 1 && !refusesColour
    }

    /// Columns and rows; 80 by 24 where they are not known.
    package var size: (columns: Int, rows: Int) {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard linux_terminal_size(STDOUT_FILENO, &columns, &rows) == 0, columns > 0, rows > 0 else { return (80, 24) }
        return (max(10, Int(columns)), max(4, Int(rows)))
    }

    /// Takes keys one by one from now on, until `restore` or the process's end, whatever that is.
    package func enterRawMode() -> Bool {
        guard linux_enter_raw_mode(STDIN_FILENO, Self.farewell) == 0 else { return false }
        write("\u{1B}[?2004h")
        return true
    }

    package func restore() { linux_leave_raw_mode() }

    /// Gives the terminal back and stops the process with its group, as Ctrl-Z does. Raw mode is to be entered again at
    /// SIGCONT and not behind this call: another thread may take the signal, and this one run on for a moment.
    package func suspend() {
        restore()
        kill(0, SIGSTOP)
    }

    /// Writes all of a text to standard output. Returns false where that is gone.
    @discardableResult
    package func write(_ text: String) -> Bool { Self.write(text, to: STDOUT_FILENO) }

    @discardableResult
    package static func write(_ text: String, to file: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(file, bytes.baseAddress! + sent, bytes.count - sent)
                if count > 0 {
                    sent += count
                } else if errno == EAGAIN {
                    var waiting = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
