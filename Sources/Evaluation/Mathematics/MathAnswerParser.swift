/// Splits an answer into its parts: matrices, relations, unions, tuples, sets, lists, and formulas in them.
enum MathAnswerParser {
    /// Parts of parts are read down to this depth.
    private static let deepest = 12

    /// - Parameter text: as ``LatexText`` gives it.
    static func parse(_ text: String) -> MathAnswer { parse(text, 0) }

    private static func parse(_ whole: String, _ depth: Int) -> MathAnswer {
        let text = LatexText.trimmed(whole)
        guard depth < deepest else { return .text(text) }
        let inner = { (part: String) in parse(part, depth + 1) }
        if text.first == LatexText.textMark { return .text(words(text)) }
        if let matrix = matrix(text, inner) { return matrix }
        if let member = split(text, at: ["\\in "]), member.count == 2, isName(member[0]) { return inner(member[1]) }
        if let interval = interval(text, inner) { return interval }
        if let parts = split(text, at: [" or ", "或"]), case let intervals = parts.map({ interval($0, inner) }),
            !intervals.contains(nil)
        {
            return .union(intervals.compactMap { $0 })
        }
        if let parts = split(text, at: ["="]), parts.count == 2 { return .equation(inner(parts[0]), inner(parts[1])) }
        if let union = split(text, at: ["\\cup"]) { return .union(union.map(inner)) }
        if let bracketed = bracketed(text, inner) { return bracketed }
        if let value = grouped(text) { return .expression(value) }
        if let parts = split(text, at: [",", ";", " and ", " or ", "、", "和", "或"]) { return .set(parts.map(inner)) }
        if let both = bothSigns(text) { return .set(both.map(inner)) }
        if let based = based(text) { return based }
        if text.last == "%", let value = MathParser.parse(text.dropLast()) { return .percent(value) }
        if !isWords(text), let expression = MathParser.parse(text) { return .expression(expression) }
        return .text(words(text))
    }

    /// A number with commas between groups of three digits.
    private static func grouped(_ text: String) -> MathExpression? {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false)
        guard groups.count >= 2, let first = groups.first, let last = groups.last else { return nil }
        let isDigits = { (part: Substring) in part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }
        let head = first.hasPrefix("-") ? first.dropFirst() : first
        let tail = last.prefix { $0 != "." }
        guard (1...3).contains(head.count), isDigits(head),
            groups[1..<(groups.count - 1)].allSatisfy({ $0.count == 3 }),
            groups[1..<(groups.count - 1)].allSatisfy(isDigits), tail.count == 3, isDigits(tail)
        else { return nil }
        return MathParser.parse(groups.joined())
    }

    /// `2516_8` or `1AF_{16}`.
    private static func based(_ text: String) -> MathAnswer? {
        let parts = text.filter { $0 != " " }.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let digits = parts.first, var base = parts.last else { return nil }
        if base.hasPrefix("{"), base.hasSuffix("}") { base = base.dropFirst().dropLast() }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
            digits.contains(where: \.isNumber) || digits.count > 1 && Int(base) ?? 0 > 10, !base.isEmpty,
            base.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return .based(digits: digits.uppercased(), base: String(base))
    }

    /// The text with every `\pm` as plus and as minus, and `\mp` the other way.
    private static func bothSigns(_ text: String) -> [String]? {
        guard text.contains("\\pm") else { return nil }
        return [("+", "-"), ("-", "+")].map {
            text.replacing("\\pm", with: $0.0).replacing("\\mp", with: $0.1)
        }
    }

    /// Whether the text is letters of words rather than of a formula.
    private static func isWords(_ text: String) -> Bool {
        let letters = text.filter { $0 != " " && $0 != "(" && $0 != ")" && $0 != "'" }
        guard letters.count >= 2, letters.allSatisfy({ $0.isLetter }) else { return false }
        return !MathWords.plain.contains { letters.contains($0) } && (letters.count > 3 || text.contains(" "))
    }

    /// Words without case, brackets around them and doubled spaces.
    private static func words(_ text: String) -> String {
        let bare = text.lowercased().filter { !"\\{}\"'`*".contains($0) && $0 != LatexText.textMark }
        var joined = bare.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if joined.hasPrefix("("), joined.hasSuffix(")"),
            joined.dropFirst().dropLast().allSatisfy({ $0.isLetter || $0.isNumber })
        {
            joined = String(joined.dropFirst().dropLast())
        }
        return LatexText.trimmed(joined)
    }

    private static func matrix(_ text: String, _ parse: (String) -> MathAnswer) -> MathAnswer? {
        for kind in ["pmatrix", "bmatrix", "Bmatrix", "vmatrix", "matrix", "array"] {
            let (begin, end) = ("\\begin{\(kind)}", "\\end{\(kind)}")
            guard text.hasPrefix(begin), text.hasSuffix(end) else { continue }
            var body = text.dropFirst(begin.count).dropLast(end.count)
            if kind == "array", let (_, rest) = LatexText.group(in: text, at: body.startIndex), rest <= body.endIndex {
                body = text[rest..<body.endIndex]
            }
            let rows = body.split(separator: "\\\\").map(LatexText.trimmed).filter { !$0.isEmpty }
            return .matrix(rows.map { $0.split(separator: "&").map { parse(String($0)) } })
        }
        return nil
    }

    /// `2 < x \le 5` and its like as an interval.
    private static func interval(_ text: String, _ parse: (String) -> MathAnswer) -> MathAnswer? {
        let (parts, relations) = relations(text)
        let infinity = MathAnswer.expression(.constant(.infinity))
        let minusInfinity = MathAnswer.expression(.negated(.constant(.infinity)))
        var bounds: (low: MathAnswer, isLowIn: Bool, high: MathAnswer, isHighIn: Bool)
        if parts.count == 2, isName(parts[0]) || isName(parts[1]) {
            let (bound, relation) = isName(parts[0]) ? (parts[1], relations[0]) : (parts[0], relations[0].reversed)
            bounds =
                relation.isLess
                ? (minusInfinity, false, parse(bound), relation.isEqualIn)
                : (parse(bound), relation.isEqualIn, infinity, false)
        } else if parts.count == 3, isName(parts[1]), relations[0].isLess == relations[1].isLess {
            bounds = (parse(parts[0]), relations[0].isEqualIn, parse(parts[2]), relations[1].isEqualIn)
            if !relations[0].isLess { bounds = (bounds.high, bounds.isHighIn, bounds.low, bounds.isLowIn) }
        } else {
            return nil
        }
        return .tuple(
            [bounds.low, bounds.high], open: bounds.isLowIn ? "[" : "(", close: bounds.isHighIn ? "]" : ")")
    }

    private struct Relation {
        var isLess: Bool
        var isEqualIn: Bool
        var reversed: Relation { Relation(isLess: !isLess, isEqualIn: isEqualIn) }
    }

    /// What stands between signs of order, and the signs.
    private static func relations(_ text: String) -> (parts: [String], relations: [Relation]) {
        let signs = [
            ("\\le ", Relation(isLess: true, isEqualIn: true)), ("\\ge ", Relation(isLess: false, isEqualIn: true)),
            ("\\lt ", Relation(isLess: true, isEqualIn: false)), ("\\gt ", Relation(isLess: false, isEqualIn: false)),
            ("<=", Relation(isLess: true, isEqualIn: true)), (">=", Relation(isLess: false, isEqualIn: true)),
            ("<", Relation(isLess: true, isEqualIn: false)), (">", Relation(isLess: false, isEqualIn: false)),
        ]
        var found: [Relation] = []
        let parts = split(text, at: signs.map(\.0)) { found.append(signs[$0].1) }
        return ((parts ?? []).map(LatexText.trimmed), found)
    }

    /// A letter or a Greek letter, with or without a subscript.
    private static func isName(_ text: String) -> Bool {
        switch MathParser.parse(text) {
        case .symbol, .constant(.i), .constant(.e): true
        default: false
        }
    }

    private static func bracketed(_ text: String, _ parse: (String) -> MathAnswer) -> MathAnswer? {
        if text.hasPrefix("\\{"), text.hasSuffix("\\}"), text.count >= 4 {
            let body = String(text.dropFirst(2).dropLast(2))
            return .set((split(body, at: [",", ";"]) ?? [body]).filter { !LatexText.trimmed($0).isEmpty }.map(parse))
        }
        guard let open = text.first, let close = text.last, "([".contains(open), ")]".contains(close),
            text.count > 2
        else { return nil }
        let body = String(text.dropFirst().dropLast())
        guard isBalanced(body), let parts = split(body, at: [",", ";"]) else { return nil }
        return .tuple(parts.map(parse), open: open, close: close)
    }

    private static func isBalanced(_ text: String) -> Bool {
        var depth = 0
        for character in text {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    /// The parts between separators outside all brackets; nil where there is none. A separator that is a command ends
    /// in a space, which stands for the end of its name.
    private static func split(
        _ text: String, at separators: [String], _ report: (Int) -> Void = { _ in }
    ) -> [String]? {
        let characters = Array(text)
        let names = separators.map { Array($0.hasPrefix("\\") ? LatexText.trimmed($0) : $0) }
        var parts: [String] = []
        var depth = 0
        var start = 0
        var index = 0
        while index < characters.count {
            let character = characters[index]
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            let separator =
                depth != 0
                ? nil
                : names.firstIndex { name in
                    guard name[0] == character, characters[index...].starts(with: name) else { return false }
                    guard name[0] == "\\", index + name.count < characters.count else { return true }
                    let behind = characters[index + name.count]
                    return !(behind.isASCII && behind.isLetter)
                }
            if let separator {
                report(separator)
                parts.append(String(characters[start..<index]))
                index += names[separator].count
                start = index
            } else {
                index += 1
            }
        }
        guard !parts.isEmpty else { return nil }
        parts.append(String(characters[start...]))
        return parts
    }
}
