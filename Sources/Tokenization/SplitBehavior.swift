/// What becomes of the matches of a pattern when text is split at them.
enum SplitBehavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"

    private static let known = "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"

    init(_ node: ConfigurationNode) throws(TokenizerError) {
        let name = try node.string()
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw node.error(
                "\"\(name)\" is not a behavior; known: \(Self.known)"
            )
        }
        self = behavior
    }

    /// Joins spans, which cover a text in order, into pieces; `isMatch` already respects inversion.
    func join(_ spans: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
        switch self {
        case .removed: spans.lazy.filter { !$0.isMatch }.map(\.range)
        case .isolated: spans.map(\.range)
        case .contiguous: Self.fold(spans) { $0 == $1 }
        case .mergedWithPrevious: Self.fold(spans) { isMatch, previousIsMatch in isMatch && !previousIsMatch }
        case .mergedWithNext:
            Array(Self.fold(spans.reversed()) { isMatch, previousIsMatch in isMatch && !previousIsMatch }.reversed())
        }
    }

    /// Joins a span with the one before wherever `joins(isMatch, previousIsMatch)`; before the first there is no match.
    private static func fold(
        _ spans: some Sequence<(range: Range<Int>, isMatch: Bool)>, joins: (Bool, Bool) -> Bool
    ) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var previousIsMatch = false
        for (range, isMatch) in spans {
            if joins(isMatch, previousIsMatch), let last = pieces.popLast() {
                pieces.append(min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound))
            } else {
                pieces.append(range)
            }
            previousIsMatch = isMatch
        }
        return pieces
    }
}
