/// Text cut into pieces: ranges in ascending order, none empty; what lies between them is dropped.
struct PieceList {
    /// UTF-8.
    var bytes: [UInt8]
    var pieces: [Range<Int>]
    /// Whether `bytes[0]` comes from the very beginning of the encoded text.
    var startsAtOrigin: Bool

    func startsAtOrigin(_ piece: Range<Int>) -> Bool {
        startsAtOrigin && piece.lowerBound == 0
    }

    /// Cuts every piece, each as a text of its own, at the matches of a pattern.
    mutating func split(
        _ pattern: Pattern, _ behavior: SplitBehavior, isInverted: Bool, _ workspace: PatternWorkspace
    ) {
        var result: [Range<Int>] = []
        result.reserveCapacity(pieces.count)
        var spans: [(range: Range<Int>, isMatch: Bool)] = []
        for piece in pieces {
            var end = piece.lowerBound
            if behavior == .isolated {
                pattern.forEachMatch(in: bytes, piece, workspace) { match in
                    if end < match.lowerBound { result.append(end..<match.lowerBound) }
                    if !match.isEmpty { result.append(match) }
                    end = match.upperBound
                }
                if end < piece.upperBound { result.append(end..<piece.upperBound) }
                continue
            }
            spans.removeAll(keepingCapacity: true)
            pattern.forEachMatch(in: bytes, piece, workspace) { match in
                if end != match.lowerBound { spans.append((end..<match.lowerBound, isInverted)) }
                spans.append((match, !isInverted))
                end = match.upperBound
            }
            if end < piece.upperBound { spans.append((end..<piece.upperBound, isInverted)) }
            for range in behavior.join(spans) where !range.isEmpty { result.append(range) }
        }
        pieces = result
    }

    /// Rewrites every piece: `rewrite` appends its new bytes to the second argument.
    mutating func rewrite(_ rewrite: (Range<Int>, inout [UInt8]) -> Void) {
        var rewritten: [UInt8] = []
        rewritten.reserveCapacity(bytes.count + bytes.count / 4)
        let origin = pieces.first.map { startsAtOrigin($0) } ?? false
        pieces = pieces.map { piece in
            let start = rewritten.count
            rewrite(piece, &rewritten)
            return start..<rewritten.count
        }
        bytes = rewritten
        startsAtOrigin = origin
    }
}
