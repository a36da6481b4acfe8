/// Lets text through up to the first stop string, however the text is cut into pieces.
///
/// The match that is complete first wins; of those that end together, the longest. Text that may be the beginning of
/// a stop string is held back until that is decided.
package struct StopStringFilter: Sendable {
    private let stops: StopStrings
    private let includesStop: Bool
    private var state = 0
    /// The last `stops.depth(of: state)` bytes of the text.
    private var held: [UInt8] = []
    /// The stop string that was found.
    package private(set) var matched: String?

    /// `includesStop` lets the stop string itself through too.
    package init(_ stops: StopStrings, includesStop: Bool = false) {
        self.stops = stops
        self.includesStop = includesStop
    }

    /// What may be shown now, and whether a stop string has been found; after that nothing more comes.
    package mutating func append(_ text: String) -> (emit: String, stopped: Bool) {
        guard matched == nil else { return ("", true) }
        guard !stops.isEmpty else { return (text, false) }
        held.append(contentsOf: text.utf8)
        let new = held.count - text.utf8.count
        for index in new..<held.count {
            state = stops.advance(state, held[index])
            guard let match = stops.match(at: state) else { continue }
            let string = stops.strings[match]
            matched = string
            let end = index + 1 - (includesStop ? 0 : string.utf8.count)
            defer { held = [] }
            return (String(decoding: held[..<end], as: UTF8.self), true)
        }
        let certain = held.count - stops.depth(of: state)
        defer { held.removeFirst(certain) }
        return (String(decoding: held[..<certain], as: UTF8.self), false)
    }

    /// The rest of a text in which no stop string was completed.
    package mutating func finish() -> String {
        defer { (held, state) = ([], 0) }
        return String(decoding: held, as: UTF8.self)
    }
}
