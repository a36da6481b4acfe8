/// The protocol versions that the HTTP/1 codec speaks.
package enum HTTPVersion: Sendable, Hashable {
    case http10, http11
}
