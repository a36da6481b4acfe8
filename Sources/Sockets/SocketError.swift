import Glibc

/// A failed socket operation: what was tried, on which address, and the kernel's reason.
package struct SocketError: Error, Sendable, CustomStringConvertible {
    /// What was tried, with its object: `listening on 127.0.0.1:8000`.
    package let operation: String
    /// The kernel's `errno`, or 0 where the cause is not the kernel's.
    package let code: Int32
    private let reason: String

    init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
        reason = String(cString: strerror(code))
    }

    init(_ operation: String, reason: String) {
        self.operation = operation
        code = 0
        self.reason = reason
    }

    package var description: String {
        var text = "\(operation) failed: \(reason)"
        if code != 0 { text += " (errno \(code))" }
        if let remedy { text += "; \(remedy)" }
        return text
    }

    private var remedy: String? {
        switch code {
        case EADDRINUSE: "another process uses it: stop that process or choose another port or path"
        case EACCES: "ports below 1024 and paths in others' folders need a privilege: choose another"
        case EADDRNOTAVAIL: "no interface of this machine has this address"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        default: nil
        }
    }
}
