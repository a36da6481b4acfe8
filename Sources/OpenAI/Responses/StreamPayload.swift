internal import JSON

/// One server-sent event of a streamed response, without its framing.
package struct StreamPayload: Sendable, Equatable {
    /// The event's type; nil: it has none, as in chat and text completions.
    package var event: String?
    package var data: [UInt8]

    package init(event: String? = nil, _ data: [UInt8]) {
        self.event = event
        self.data = data
    }

    /// Begins a chunk with `head`, with room for what one token usually takes behind it.
    static func chunkWriter(head: [UInt8]) -> JSONWriter {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + 192)
        bytes += head
        return JSONWriter(bytes)
    }

    /// A chunk without choices, which tells one thing about its stream.
    ///
    /// - Parameter head: the chunk up to its list of choices.
    static func aside(_ key: String, head: [UInt8], _ write: (inout JSONWriter) -> Void) -> StreamPayload {
        var writer = JSONWriter(head)
        writer.beginArray()
        writer.endArray()
        writer.key(key)
        write(&writer)
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    /// What streams of chat and text completions end with.
    package static let done = StreamPayload(Array("[DONE]".utf8))
}
