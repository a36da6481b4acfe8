/// One server-sent event of a streamed response, without its framing.
package struct StreamPayload: Sendable, Equatable {
    /// The event's type; nil: it has none, as in chat and text completions.
    package var event: String?
    package var data: [UInt8]

    package init(event: String? = nil, _ data: [UInt8]) {
        self.event = event
        self.data = data
    }

    /// What streams of chat and text completions end with.
    package static let done = StreamPayload(Array("[DONE]".utf8))
}
