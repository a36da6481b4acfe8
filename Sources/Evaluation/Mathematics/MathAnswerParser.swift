/// Splits an answer into its parts: matrices, relations, unions, tuples, sets, lists, and formulas in them.
enum MathAnswerParser {
    /// - Parameter text: as ``LatexText`` gives it.
    static func parse(_ text: String) -> MathAnswer {
        let text = LatexText.trimmed(text)
        if let matrix = matrix(text) { return matrix }
        if let match = text.wholeMatch(of: #/[A-Za-z](?:_\{?\w+\}?)?\s*\\in\s*(.+)/#) { return parse(String(match.1)) }
        if let interval = inequality(text) { return interval }
        if let (left, right) = sides(text) { return .equation(parse(left), parse(right)) }
        if let union = split(text, at: ["\\cup"]) { return .union(union.map(parse)) }
        if let bracketed = bracketed(text) { return bracketed }
        if text.wholeMatch(of: #/-?\d{1,3}(?:,\d{3})+(?:\.\d+)?/#) != nil, let value = number(text) { return value }
        if let parts = split(text, at: [",", ";", " and ", " or ", "、", "和", "或"]) {
            return .set(parts.map(parse))
        }
        if let range = text.firstRange(of: "\\pm") {
            let (before, after) = (text[..<range.lowerBound], text[range.upperBound...])
            return .set(
                ["+", "-"].map { parse(before.isEmpty && $0 == "+" ? String(after) : "\(before)\($0)\(after)") })
        }
        if let match = text.wholeMatch(of: #/([0-9A-Fa-f]+)_(?:\{(\d+)\}|(\d+))/#), match.1.contains(where: \.isNumber)
        {
            return .based(digits: match.1.uppercased(), base: String(match.2 ?? match.3 ?? ""))
        }
        if !isWords(text), let expression = MathParser.parse(text) { return .expression(expression) }
        return .text(words(text))
    }

    private static func number(_ text: String) -> MathAnswer? {
        MathParser.parse(text.replacing(",", with: "")).map(MathAnswer.expression)
    }

    /// Whether the text is letters of words rather than of a formula.
    private static func isWords(_ text: String) -> Bool {
        let letters = text.filter { $0 != " " && $0 != "(" && $0 != ")" && $0 != "'" }
        guard letters.count >= 2, letters.allSatisfy({ $0.isLetter }) else { return false }
        return !MathWords.plain.contains { letters.contains($0) } && (letters.count > 3 || text.contains(" "))
    }

    /// Words without case, brackets around them and doubled spaces.
    private static func words(_ text: String) -> String {
        let bare = text.lowercased().filter { !"\\{}\"'`*".contains($0) }
        let joined = bare.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return joined.wholeMatch(of: #/\((\w+)\)/#).map { String($0.1) } ?? joined
    }

    private static func matrix(_ text: String) -> MathAnswer? {
        for kind in ["pmatrix", "bmatrix", "Bmatrix", "vmatrix", "matrix", "array"] {
            let (begin, end) = ("\\begin{\(kind)}", "\\end{\(kind)}")
            guard text.hasPrefix(begin), text.hasSuffix(end) else { continue }
            var body = text.dropFirst(begin.count).dropLast(end.count)
            if kind == "array", let (_, rest) = LatexText.group(in: text, at: body.startIndex) {
                body = text[rest..<body.endIndex]
            }
            let rows = body.split(separator: "\\\\").map(LatexText.trimmed).filter { !$0.isEmpty }
            return .matrix(rows.map { $0.split(separator: "&").map { parse(String($0)) } })
        }
        return nil
    }

    /// `2 < x \le 5` and its like as an interval.
    private static func inequality(_ text: String) -> MathAnswer? {
        let pattern =
            #/^(?:(?<low>[^<>=]+?)(?<first><|\\le|\\lt))?\s*(?<name>[A-Za-z]|\\theta)\s*(?:(?<second><|>|\\le|\\ge|\\lt|\\gt)(?<high>[^<>=]+))?$/#
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        let infinity = MathAnswer.expression(.constant(.infinity))
        let minusInfinity = MathAnswer.expression(.negated(.constant(.infinity)))
        func isStrict(_ sign: Substring?) -> Bool { sign.map { !$0.hasSuffix("e") } ?? true }
        let low = match.low.map { parse(String($0)) }
        let high = match.high.map { parse(String($0)) }
        switch (low, match.second, high) {
        case (let low?, let second?, let high?) where second == "<" || second == "\\le" || second == "\\lt":
            return .tuple([low, high], open: isStrict(match.first) ? "(" : "[", close: isStrict(second) ? ")" : "]")
        case (let low?, nil, nil):
            return .tuple([low, infinity], open: isStrict(match.first) ? "(" : "[", close: ")")
        case (nil, let second?, let bound?) where second == "<" || second == "\\le" || second == "\\lt":
            return .tuple([minusInfinity, bound], open: "(", close: isStrict(second) ? ")" : "]")
        case (nil, let second?, let bound?):
            return .tuple([bound, infinity], open: isStrict(second) ? "(" : "[", close: ")")
        default:
            return nil
        }
    }

    /// The two sides of a text with one equals sign outside brackets; of several, the outermost.
    private static func sides(_ text: String) -> (String, String)? {
        guard let parts = split(text, at: ["="]), parts.count == 2 else { return nil }
        return (parts[0], parts[1])
    }

    private static func bracketed(_ text: String) -> MathAnswer? {
        if text.hasPrefix("\\{"), text.hasSuffix("\\}") {
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

    /// The parts between separators outside all brackets; nil where there is none.
    private static func split(_ text: String, at separators: [String]) -> [String]? {
        var parts: [String] = []
        var depth = 0
        var start = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if depth == 0, let separator = separators.first(where: { text[index...].hasPrefix($0) }) {
                parts.append(String(text[start..<index]))
                index = text.index(index, offsetBy: separator.count)
                start = index
            } else {
                index = text.index(after: index)
            }
        }
        guard !parts.isEmpty else { return nil }
        parts.append(String(text[start...]))
        return parts
    }
}
