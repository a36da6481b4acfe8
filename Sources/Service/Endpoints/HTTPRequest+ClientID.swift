internal import HTTP
internal import OpenAI

extension HTTPRequest {
    /// The client's own name for the request, if it sends one that ids, header fields and logs can carry.
    var clientID: String? {
        headers["X-Request-Id"].flatMap { RequestName.isValid($0) ? $0 : nil }
    }
}
