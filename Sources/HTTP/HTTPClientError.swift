/// Why a request could not be sent or its response not be read.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
