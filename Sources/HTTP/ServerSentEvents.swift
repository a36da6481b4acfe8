/// Writes the event-stream format of the HTML standard, section 9.2.
package enum ServerSentEvents {
    /// `data: [DONE]`, which ends OpenAI's streams.
    package static let done = data("[DONE]")

    /// One event. Line breaks in the data become further `data` lines.
    package static func data(_ bytes: [UInt8]) -> [UInt8] {
        var event: [UInt8] = []
        event.reserveCapacity(bytes.count + 8)
        append(bytes, to: &event)
        event.append(ASCII.lineFeed)
        return event
    }

    package static func data(_ text: String) -> [UInt8] {
        data(Array(text.utf8))
    }

    /// One event with a type.
    package static func event(_ type: String, data bytes: [UInt8]) -> [UInt8] {
        var event = Array("event: \(oneLine(type))\n".utf8)
        append(bytes, to: &event)
        event.append(ASCII.lineFeed)
        return event
    }

    /// A line that clients ignore, which keeps intermediaries from closing a silent stream.
    package static func comment(_ text: String) -> [UInt8] {
        Array(": \(oneLine(text))\n\n".utf8)
    }

    private static func append(_ bytes: [UInt8], to event: inout [UInt8]) {
        for line in lines(bytes) {
            event.append("data: ")
            event += line
            event.append(ASCII.lineFeed)
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard bytes.contains(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) else { return [bytes[...]] }
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == ASCII.lineFeed || bytes[index] == ASCII.carriageReturn {
            let endsPair = bytes[index] == ASCII.lineFeed && index > 0 && bytes[index - 1] == ASCII.carriageReturn
            if !endsPair { lines.append(bytes[start..<index]) }
            start = index + 1
        }
        return lines + [bytes[start...]]
    }

    private static func oneLine(_ text: String) -> String {
        String(
            decoding: text.utf8.map { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn ? ASCII.space : $0 },
            as: UTF8.self)
    }
}
