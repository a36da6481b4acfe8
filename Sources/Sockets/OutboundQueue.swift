/// Bytes that a peer did not take yet, as chunks; small chunks are joined so that a flush needs few calls.
package struct OutboundQueue: Sendable {
    private static let joinLimit = 64 << 10
    private var chunks: [[UInt8]] = []
    private var first = 0
    private var offset = 0

    /// The bytes that wait.
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ bytes: [UInt8], from start: Int = 0) {
        let added = bytes.count - start
        guard added > 0 else { return }
        count += added
        if chunks.count > first, chunks[chunks.count - 1].count + added <= Self.joinLimit {
            chunks[chunks.count - 1].append(contentsOf: bytes[start...])
        } else if start == 0 {
            chunks.append(bytes)
        } else {
            chunks.append(Array(bytes[start...]))
        }
    }

    /// The chunk to be sent next and where in it to begin. Only valid while the queue is not empty.
    var head: (bytes: [UInt8], offset: Int) { (chunks[first], offset) }

    /// Forgets the bytes that were sent from the head.
    mutating func removeFirst(_ sent: Int) {
        count -= sent
        offset += sent
        guard offset == chunks[first].count else { return }
        offset = 0
        chunks[first] = []
        first += 1
        if first == chunks.count {
            chunks = []
            first = 0
        } else if first >= 32 {
            chunks.removeFirst(first)
            first = 0
        }
    }

    /// Moves as much as there is and fits into `buffer`, and returns the count.
    package mutating func move(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var moved = 0
        while moved < buffer.count, !isEmpty {
            let (bytes, start) = head
            let part = bytes[start..<min(bytes.count, start + buffer.count - moved)]
            UnsafeMutableRawBufferPointer(rebasing: buffer[moved...]).copyBytes(from: part)
            removeFirst(part.count)
            moved += part.count
        }
        return moved
    }

    mutating func removeAll() {
        self = OutboundQueue()
    }
}
