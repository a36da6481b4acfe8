/// The protocol versions that a server speaks.
package enum HTTPVersion: Sendable, Hashable {
    case http10, http11, http2
}
