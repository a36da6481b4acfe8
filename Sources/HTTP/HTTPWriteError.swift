internal import Sockets

/// Why a body cannot be written any further.
package struct HTTPWriteError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    static let clientGone = HTTPWriteError("The client is gone.")

    /// - Parameter error: what broke the connection, where that is known.
    static func clientGone(_ error: SocketError?) -> HTTPWriteError {
        error.map { HTTPWriteError("The client is gone: \($0).") } ?? clientGone
    }
}
