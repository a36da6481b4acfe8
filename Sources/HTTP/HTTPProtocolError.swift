/// A message that breaks HTTP's grammar or a limit: what was wrong, and the status that a server answers with.
package struct HTTPProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    package let status: Int
    package let message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    package var description: String { "\(message) (\(status))" }
}
