/// What may be written: the one language that all front ends are translated to.
indirect enum Expression: Hashable, Sendable {
    /// Not even the empty text.
    case nothing
    case empty
    /// One byte of a set.
    case bytes(ByteSet)
    /// One character of a set.
    case character(ScalarSet, CharacterEncoding)
    case sequence([Expression])
    case choice([Expression])
    /// `atMost` nil: without end.
    case repetition(Expression, atLeast: Int, atMost: Int?)
    /// A rule of the rule set, by its index.
    case rule(Int)
    /// What both allow.
    case intersection(Expression, Expression)
    /// Every byte string that the expression does not allow.
    case complement(Expression)

    static func literal(_ text: String) -> Expression {
        .literal(Array(text.utf8))
    }

    static func literal(_ bytes: some Collection<UInt8>) -> Expression {
        bytes.isEmpty ? .empty : .sequence(bytes.map { .bytes(ByteSet($0)) })
    }

    static func optional(_ expression: Expression) -> Expression {
        .repetition(expression, atLeast: 0, atMost: 1)
    }

    static func any(_ expression: Expression) -> Expression {
        .repetition(expression, atLeast: 0, atMost: nil)
    }

    /// What both allow; runs of characters become one run, which masks can tell at once.
    static func both(_ left: Expression, _ right: Expression) -> Expression {
        if case .repetition(.character(let first, let encoding), let least, let most) = left.unwrapped,
            case .repetition(.character(let second, encoding), let otherLeast, let otherMost) = right.unwrapped
        {
            let most = most.map { min($0, otherMost ?? $0) } ?? otherMost
            let least = max(least, otherLeast)
            if least > most ?? .max { return .nothing }
            return .repetition(.character(first.intersection(second), encoding), atLeast: least, atMost: most)
        }
        return .intersection(left, right)
    }

    /// The expression without lists of one.
    private var unwrapped: Expression {
        switch self {
        case .sequence(let parts) where parts.count == 1: parts[0].unwrapped
        case .choice(let parts) where parts.count == 1: parts[0].unwrapped
        default: self
        }
    }

    /// One of many literals, which share their beginnings.
    static func literals(_ texts: some Sequence<[UInt8]>) -> Expression {
        let sorted = Set(texts).sorted { $0.lexicographicallyPrecedes($1) }
        return literals(sorted[...], from: 0)
    }

    private static func literals(_ texts: ArraySlice<[UInt8]>, from depth: Int) -> Expression {
        guard let first = texts.first, let last = texts.last else { return .nothing }
        if texts.count == 1 { return .literal(first[depth...]) }
        var shared = depth
        while shared < first.count, shared < last.count, first[shared] == last[shared] { shared += 1 }
        if shared > depth {
            return .sequence([.literal(first[depth..<shared]), literals(texts, from: shared)])
        }
        var choices: [Expression] = []
        var rest = texts
        if first.count == depth {
            choices.append(.empty)
            rest = rest.dropFirst()
        }
        while let next = rest.first {
            let group = rest.prefix { $0[depth] == next[depth] }
            choices.append(.sequence([.bytes(ByteSet(next[depth])), literals(group, from: depth + 1)]))
            rest = rest.dropFirst(group.count)
        }
        return .choice(choices)
    }

    /// Every text of the characters but these.
    static func texts(_ encoding: CharacterEncoding, except texts: [[Unicode.Scalar]]) -> Expression {
        let all = Expression.any(.character(.all, encoding))
        guard !texts.isEmpty else { return all }
        let groups = Dictionary(grouping: texts.filter { !$0.isEmpty }) { $0[0] }
        var choices: [Expression] = [
            .sequence([.character(ScalarSet(groups.keys).inverted, encoding), all])
        ]
        if !texts.contains(where: \.isEmpty) { choices.append(.empty) }
        for (first, group) in groups.sorted(by: { $0.key < $1.key }) {
            choices.append(
                .sequence([
                    .character(ScalarSet([first]), encoding),
                    .texts(encoding, except: group.map { Array($0.dropFirst()) }),
                ]))
        }
        return .choice(choices)
    }

    /// The same with rules that stand so many places later.
    func shifted(by offset: Int) -> Expression {
        switch self {
        case .nothing, .empty, .bytes, .character: self
        case .rule(let rule): .rule(rule + offset)
        case .sequence(let parts): .sequence(parts.map { $0.shifted(by: offset) })
        case .choice(let parts): .choice(parts.map { $0.shifted(by: offset) })
        case .repetition(let body, let least, let most):
            .repetition(body.shifted(by: offset), atLeast: least, atMost: most)
        case .complement(let body): .complement(body.shifted(by: offset))
        case .intersection(let left, let right):
            .intersection(left.shifted(by: offset), right.shifted(by: offset))
        }
    }

    /// The expressions directly inside.
    var children: [Expression] {
        switch self {
        case .nothing, .empty, .bytes, .character, .rule: []
        case .sequence(let parts), .choice(let parts): parts
        case .repetition(let body, _, _), .complement(let body): [body]
        case .intersection(let left, let right): [left, right]
        }
    }
}
