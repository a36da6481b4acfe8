/// A regular expression over characters.
indirect enum RegexNode: Equatable {
    case empty
    case set(ScalarSet)
    case sequence([RegexNode])
    case choice([RegexNode])
    case repetition(RegexNode, atLeast: Int, atMost: Int?)
    /// `^`
    case start
    /// `$`
    case end
}

extension RegexNode {
    /// The texts that match from beginning to end.
    func fullMatch(_ encoding: CharacterEncoding) throws(GrammarError) -> Expression {
        .choice(try variants(encoding).map(\.body))
    }

    /// The texts that have a match somewhere, as JSON Schema's `pattern` has it.
    func search(_ encoding: CharacterEncoding) throws(GrammarError) -> Expression {
        let anything = Expression.any(.character(.all, encoding))
        return .choice(
            try variants(encoding).map { variant in
                .sequence([
                    variant.atStart ? .empty : anything, variant.body, variant.atEnd ? .empty : anything,
                ])
            })
    }

    /// A part of the matches, all of which must begin at the start of the text, or end at its end, or neither.
    private struct Variant {
        var atStart = false
        var atEnd = false
        var body: Expression
    }

    private func variants(_ encoding: CharacterEncoding) throws(GrammarError) -> [Variant] {
        switch self {
        case .empty: return [Variant(body: .empty)]
        case .set(let set): return [Variant(body: .character(set, encoding))]
        case .start: return [Variant(atStart: true, body: .empty)]
        case .end: return [Variant(atEnd: true, body: .empty)]
        case .choice(let parts):
            var merged: [Variant] = []
            for part in parts {
                for variant in try part.variants(encoding) {
                    let same = merged.firstIndex { $0.atStart == variant.atStart && $0.atEnd == variant.atEnd }
                    if let same {
                        merged[same].body = Self.join(merged[same].body, variant.body)
                    } else {
                        merged.append(variant)
                    }
                }
            }
            return merged
        case .sequence(let parts):
            var merged = [Variant(body: .empty)]
            for part in parts {
                var next: [Variant] = []
                for right in try part.variants(encoding) {
                    for left in merged { next.append(try Self.follow(left, right)) }
                }
                merged = next
            }
            return merged
        case .repetition(let body, let least, let most):
            let variants = try body.variants(encoding)
            guard variants.count == 1, !variants[0].atStart, !variants[0].atEnd else {
                throw .unsupported("'^' and '$' inside a repetition of a regular expression are not supported")
            }
            return [Variant(body: .repetition(variants[0].body, atLeast: least, atMost: most))]
        }
    }

    private static func join(_ left: Expression, _ right: Expression) -> Expression {
        if case .choice(let parts) = left { return .choice(parts + [right]) }
        return .choice([left, right])
    }

    private static func follow(_ left: Variant, _ right: Variant) throws(GrammarError) -> Variant {
        if left.atEnd && right.body != .empty || right.atStart && left.body != .empty {
            throw .unsupported("'^' and '$' are supported at the ends of a regular expression only")
        }
        let body: Expression
        switch (left.body, right.body) {
        case (.empty, _): body = right.body
        case (_, .empty): body = left.body
        case (.sequence(let parts), _): body = .sequence(parts + [right.body])
        default: body = .sequence([left.body, right.body])
        }
        return Variant(
            atStart: left.atStart || right.atStart, atEnd: left.atEnd || right.atEnd, body: body)
    }
}
