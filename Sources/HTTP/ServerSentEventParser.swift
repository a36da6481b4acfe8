/// Reads the event-stream format of the HTML standard, section 9.2, in pieces of any size. Comments are dropped.
package struct ServerSentEventParser: Sendable {
    private var line: [UInt8] = []
    private var endsWithReturn = false
    private var isFirstLine = true
    private var event = ServerSentEvent()
    private var data: [UInt8]?

    package init() {}

    /// The events that these bytes complete.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case ASCII.lineFeed where endsWithReturn:
                endsWithReturn = false
            case ASCII.lineFeed, ASCII.carriageReturn:
                endsWithReturn = byte == ASCII.carriageReturn
                if let event = endLine() { events.append(event) }
            default:
                endsWithReturn = false
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isFirstLine = false
        if line.isEmpty { return dispatch() }
        guard line[0] != ASCII.colon else { return nil }
        let colon = line.firstIndex(of: ASCII.colon) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == ASCII.space { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data": data = data.map { $0 + [ASCII.lineFeed] + value } ?? Array(value)
        case "event": event.type = String(decoding: value, as: UTF8.self)
        case "id": event.id = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ServerSentEvent()
            data = nil
        }
        guard let data else { return nil }
        event.data = String(decoding: data, as: UTF8.self)
        return event
    }
}
