/// Counts pipelined requests before they are parsed, by the empty lines that end their heads.
///
/// A body may hold such lines too; they count as requests, which makes the server read later and nothing worse.
struct WaitingRequests {
    private static let end: [UInt8] = [
        ASCII.carriageReturn, ASCII.lineFeed, ASCII.carriageReturn, ASCII.lineFeed,
    ]

    private let limit: Int
    private(set) var count = 0
    /// How much of `end` the bytes so far end with.
    private var matched = 0

    /// - Parameter limit: where counting ends.
    init(limit: Int) {
        self.limit = limit
    }

    var isFull: Bool { count >= limit }

    /// Counts on. Each byte that comes is to be told once.
    mutating func scan(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count, !isFull {
            let byte = bytes[index]
            index += 1
            if byte == Self.end[matched] {
                matched += 1
            } else {
                matched = byte == ASCII.carriageReturn ? 1 : 0
            }
            guard matched == Self.end.count else { continue }
            matched = 0
            count += 1
        }
    }
}
