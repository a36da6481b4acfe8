/// Why a body cannot be written any further.
package struct HTTPWriteError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    static let clientGone = HTTPWriteError("The client is gone.")
}
