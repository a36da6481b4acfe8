internal import Glibc

/// The file that keeps a history between runs: one entry a line (a line feed in it as `\n`), readable by its owner alone.
package struct HistoryFile: Sendable {
    /// A file with more than twice as many lines as are used is written anew.
    private static let limit = 1000

    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// `$XDG_STATE_HOME/apus/history`, or below `~/.local/state`; nil without a home (XDG Base Directory Specification).
    package static func standard(environment: (String) -> String?) -> HistoryFile? {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return HistoryFile(path: state + "/apus/history")
        }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return HistoryFile(path: home + "/.local/state/apus/history")
    }

    /// The entries, oldest first; empty where there is no file.
    package func read() -> [String] {
        guard let text = TextFile.read(path) else { return [] }
        let entries = text.split(separator: "\n").map { Self.decoded($0) }
        if entries.count > 2 * Self.limit { write(entries.suffix(Self.limit), mode: "w") }
        return entries.suffix(Self.limit)
    }

    /// Adds an entry; a folder that cannot be written keeps none.
    package func append(_ entry: String) {
        makeFolders()
        write([entry], mode: "a")
    }

    private func write(_ entries: some Sequence<String>, mode: String) {
        let isNew = mode == "w"
        let descriptor = open(
            path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (isNew ? O_TRUNC : O_APPEND), 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        TerminalDevice.write(entries.map { Self.encoded($0) + "\n" }.joined(), to: descriptor)
    }

    private func makeFolders() {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
    }

    /// Line feeds and backslashes behind a backslash.
    static func encoded(_ entry: String) -> String {
        entry.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    static func decoded(_ line: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in line {
            if isEscaped {
                result.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}
