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
    private static let variantsLimit = 64

    /// The texts that match from beginning to end.
    func fullMatch(_ encoding: CharacterEncoding) throws(GrammarError) -> Expression {
        .choice(try variants(encoding).map { .sequence($0.parts) })
    }

    /// The texts that have a match somewhere, as JSON Schema's `pattern` has it.
    func search(_ encoding: CharacterEncoding) throws(GrammarError) -> Expression {
        let anything = [Expression.any(.character(.all, encoding))]
        return .choice(
            try variants(encoding).map { variant in
                .sequence((variant.atStart ? [] : anything) + variant.parts + (variant.atEnd ? [] : anything))
            })
    }

    /// A part of the matches, all of which must begin at the start of the text, or end at its end, or neither.
    private struct Variant {
        var atStart = false
        var atEnd = false
        var parts: [Expression] = []

        mutating func append(_ other: Variant) throws(GrammarError) {
            if atEnd && !other.parts.isEmpty || other.atStart && !parts.isEmpty {
                throw .unsupported("'^' and '$' are supported at the ends of a regular expression only")
            }
            atStart = atStart || other.atStart
            atEnd = atEnd || other.atEnd
            parts += other.parts
        }

        var body: Expression { parts.count == 1 ? parts[0] : .sequence(parts) }
    }

    private func variants(_ encoding: CharacterEncoding) throws(GrammarError) -> [Variant] {
        switch self {
        case .empty: return [Variant()]
        case .set(let set): return [Variant(parts: [.character(set, encoding)])]
        case .start: return [Variant(atStart: true)]
        case .end: return [Variant(atEnd: true)]
        case .choice(let parts): return try Self.variants(ofChoice: parts, encoding)
        case .sequence(let parts): return try Self.variants(ofSequence: parts, encoding)
        case .repetition(let body, let least, let most):
            let variants = try body.variants(encoding)
            guard variants.count == 1, !variants[0].atStart, !variants[0].atEnd else {
                throw .unsupported("'^' and '$' inside a repetition of a regular expression are not supported")
            }
            return [Variant(parts: [.repetition(variants[0].body, atLeast: least, atMost: most)])]
        }
    }

    private static func variants(
        ofChoice parts: [RegexNode], _ encoding: CharacterEncoding
    ) throws(GrammarError) -> [Variant] {
        // By the two anchors.
        var choices = [[Expression]](repeating: [], count: 4)
        for part in parts {
            for variant in try part.variants(encoding) {
                choices[(variant.atStart ? 1 : 0) + (variant.atEnd ? 2 : 0)].append(.sequence(variant.parts))
            }
        }
        return choices.enumerated().filter { !$0.element.isEmpty }.map { anchors, choices in
            // A choice of nothing but the anchor itself leaves no part behind.
            let parts = choices == [.sequence([])] ? [] : [Expression.choice(choices)]
            return Variant(atStart: anchors & 1 != 0, atEnd: anchors & 2 != 0, parts: parts)
        }
    }

    private static func variants(
        ofSequence parts: [RegexNode], _ encoding: CharacterEncoding
    ) throws(GrammarError) -> [Variant] {
        var merged = [Variant()]
        for part in parts {
            let next = try part.variants(encoding)
            if next.count == 1 {
                for index in merged.indices { try merged[index].append(next[0]) }
                continue
            }
            guard merged.count * next.count <= variantsLimit else {
                throw .tooComplex("a regular expression has '^' and '$' in too many places")
            }
            var products: [Variant] = []
            for right in next {
                for var left in merged {
                    try left.append(right)
                    products.append(left)
                }
            }
            merged = products
        }
        return merged
    }
}
