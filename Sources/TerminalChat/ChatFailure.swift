internal import HTTP
internal import JSON

/// Why there is no answer, or not all of one, and what to do.
package struct ChatFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// 401 or 403.
        case key
        /// 429.
        case busy
        /// 503: the model loads, or the server ends.
        case notReady
        /// Nobody answers.
        case away
        /// The connection ended in the middle.
        case cut
        /// The conversation is longer than the model's context.
        case context
        /// Any other 4xx.
        case refused
        /// Any other failure of the server's.
        case server
    }

    package var kind: Kind
    /// The server's own words, or the system's.
    package var details: String
    /// Seconds after which the server said to come back.
    package var retryAfter: Int?
    package var url: String

    package init(_ kind: Kind, _ details: String, url: String, retryAfter: Int? = nil) {
        self.kind = kind
        self.details = details
        self.url = url
        self.retryAfter = retryAfter
    }

    /// From a response's status, fields and body, or from an error object inside a stream.
    init(status: Int, headers: HTTPHeaders, body: JSONValue?, url: String) {
        let error = body?["error"]
        let code = error?["code"]?.stringValue
        kind =
            switch status {
            case 401, 403: .key
            case 429: .busy
            case 503: .notReady
            case _ where code == "context_length_exceeded": .context
            case 400..<500: .refused
            default: .server
            }
        details = error?["message"]?.stringValue ?? "HTTP status \(status)"
        retryAfter = headers["Retry-After"].flatMap { Int($0) }
        self.url = url
    }

    package var title: String {
        switch kind {
        case .key: "The server wants an API key that it knows."
        case .busy: "The server is busy."
        case .notReady: "The server is not ready."
        case .away: "Nothing answers at \(url)."
        case .cut: "The connection was lost in the middle of the answer."
        case .context: "The conversation is longer than the model can read."
        case .refused: "The server refused the request."
        case .server: "The server failed."
        }
    }

    package var advice: String {
        let later = retryAfter.map { "in \($0) s" } ?? "later"
        return switch kind {
        case .key: "Start again with --api-key KEY, or set APUS_API_KEY."
        case .busy, .notReady: "Send it again \(later)."
        case .away: "Check the address (--url), and that the server runs: apus serve."
        case .cut: "What had come is kept; /retry asks again."
        case .context: "/clear begins anew, /undo takes the last exchange back, /max_tokens N asks for less."
        case .refused: "Change what it names, and send it again."
        case .server: "Send it again; the server's log tells more."
        }
    }

    package var description: String { "\(title) \(details) \(advice)" }
}
