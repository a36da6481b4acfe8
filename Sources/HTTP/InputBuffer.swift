/// Input that is not parsed yet. Lines and pieces are handed out as slices that must be let go before more is appended.
struct InputBuffer {
    private var bytes: [UInt8] = []
    private var start = 0
    /// No line feed lies between `start` and this index.
    private var scanned = 0

    var count: Int { bytes.count - start }

    var isEmpty: Bool { count == 0 }

    var unread: Span<UInt8> {
        @_lifetime(borrow self) get { bytes.span.extracting(start...) }
    }

    mutating func append(_ more: Span<UInt8>) {
        if start == bytes.count {
            // An idle connection holds no buffer.
            bytes = []
            start = 0
            scanned = 0
        } else if start > 16 << 10 {
            bytes.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        more.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Frees the storage when everything is parsed.
    mutating func releaseIfEmpty() {
        guard isEmpty, !bytes.isEmpty else { return }
        self = InputBuffer()
    }

    /// The next line without its CRLF, or nil while it is incomplete. A line feed alone ends no line: peers that
    /// disagree about it could be made to see different messages.
    mutating func takeLine(
        limit: Int, orThrow excess: @autoclosure () -> HTTPProtocolError
    ) throws(HTTPProtocolError) -> ArraySlice<UInt8>? {
        guard let end = lineFeed() else {
            if count > limit + 1 { throw excess() }
            return nil
        }
        // Whatever the line ends in, so that it does not matter whether its end has come.
        guard end - start <= limit + 1 else { throw excess() }
        guard end > start, bytes[end - 1] == ASCII.carriageReturn else {
            throw HTTPProtocolError(400, "A line ends in a line feed without a carriage return.")
        }
        let line = bytes[start..<(end - 1)]
        start = end + 1
        scanned = start
        return line
    }

    /// The next bytes, at most `limit`.
    mutating func take(_ limit: Int) -> ArraySlice<UInt8> {
        let end = start + min(limit, count)
        defer {
            start = end
            scanned = end
        }
        return bytes[start..<end]
    }

    private mutating func lineFeed() -> Int? {
        let found = bytes.withUnsafeBufferPointer { bytes in
            bytes[scanned...].firstIndex(of: ASCII.lineFeed)
        }
        scanned = found ?? bytes.count
        return found
    }
}
