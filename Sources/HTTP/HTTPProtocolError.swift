/// A message that breaks HTTP's grammar or a limit: what was wrong, and the status that a server answers with.
package struct HTTPProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    package let status: Int
    package let message: String
    /// The path of the request, where that was understood.
    package private(set) var path: String?

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The same about a request for this path.
    func about(path: String?) -> HTTPProtocolError {
        var error = self
        error.path = path ?? error.path
        return error
    }

    package var description: String { "\(message) (\(status))" }
}
