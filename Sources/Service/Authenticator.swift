internal import COpenSSL
internal import HTTP
internal import OpenAI
internal import Sockets

/// Lets requests in that carry one of the keys. Only digests are kept; they are compared in constant time.
struct Authenticator: Sendable {
    private let digests: [[UInt8]]

    init(keys: [String]) {
        digests = keys.map(Digest.bytes)
    }

    /// Throws 401 when keys are set and the request's is none of them.
    func check(_ request: HTTPRequest) throws(APIError) {
        guard !digests.isEmpty else { return }
        let digest = Digest.bytes(of: try key(of: request))
        var isKnown = false
        for known in digests where CRYPTO_memcmp(known, digest, known.count) == 0 { isKnown = true }
        guard isKnown else { throw .unauthorized("The API key is not known here.") }
    }

    /// The key in `Authorization`, or in the field that Anthropic's clients send.
    private func key(of request: HTTPRequest) throws(APIError) -> String {
        guard let field = request.headers["Authorization"] else {
            if let key = request.headers["X-Api-Key"] { return key }
            throw .unauthorized("No API key was sent. Send it as `Authorization: Bearer KEY` or as `X-Api-Key: KEY`.")
        }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw .unauthorized("The Authorization field must read `Bearer KEY`.")
        }
        return String(parts[1].drop { $0 == " " })
    }
}
