/// How far the spans of an answer agree with those of a reference: exactly, and by F1 over their words.
///
/// Source: the official evaluation of DROP (Dua et al. 2019) as simple-evals runs it, which rounds F1 to a hundredth of a
/// percent.
struct DropScore: Sendable, Equatable {
    var exactMatch: Bool
    /// From 0 to 1.
    var f1: Double

    init(exactMatch: Bool, f1: Double) {
        self.exactMatch = exactMatch
        self.f1 = f1
    }

    init(predicted: [String], gold: [String]) {
        let predicted = predicted.map(Self.normalized)
        let gold = gold.map(Self.normalized)
        exactMatch = predicted.count == gold.count && Set(predicted) == Set(gold)
        let (rows, columns) = (gold.map(Self.bag), predicted.map(Self.bag))
        let scores = rows.map { gold in columns.map { Self.f1(predicted: $0, gold: gold) } }
        let total = Assignment.largestSum(scores)
        let mean = total / Double(max(gold.count, predicted.count, 1))
        f1 = (mean * 10_000).rounded(.toNearestOrEven) / 10_000
    }

    /// The better of both, measure by measure.
    func joined(with other: DropScore) -> DropScore {
        DropScore(exactMatch: exactMatch || other.exactMatch, f1: max(f1, other.f1))
    }

    /// Words in lower case without punctuation and articles, numbers in one spelling.
    static func normalized(_ text: String) -> String {
        text.split { $0 == " " || $0 == "-" }.flatMap { token -> [Substring] in
            var token = token.lowercased()
            if number(token) == nil { token.unicodeScalars.removeAll(where: isPunctuation) }
            if let number = number(token) { token = "\(number)" }
            return withoutArticles(token).split(whereSeparator: \.isWhitespace)
        }.joined(separator: " ")
    }

    private static func bag(_ text: String) -> Set<Substring> {
        Set(text.split(separator: " "))
    }

    /// 0 where the gold bag has numbers and none of them is in the other.
    private static func f1(predicted: Set<Substring>, gold: Set<Substring>) -> Double {
        let numbers = gold.filter { number(String($0)) != nil }
        guard numbers.isEmpty || !numbers.isDisjoint(with: predicted) else { return 0 }
        let common = Double(gold.intersection(predicted).count)
        let precision = predicted.isEmpty ? 1 : common / Double(predicted.count)
        let recall = gold.isEmpty ? 1 : common / Double(gold.count)
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
        default: false
        }
    }

    private static func withoutArticles(_ token: String) -> String {
        var result = ""
        var word = ""
        func flush() {
            result += ["a", "an", "the"].contains(word) ? " " : word
            word = ""
        }
        for scalar in token.unicodeScalars {
            if isWord(scalar) {
                word.unicodeScalars.append(scalar)
            } else {
                flush()
                result.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            true
        default: scalar == "_"
        }
    }

    /// The number that Python's `float` reads; nil for other texts.
    private static func number(_ text: String) -> Double? {
        var scanner = ByteScanner(text.drop(while: \.isWhitespace))
        var digits = ""
        if scanner.take("-") { digits = "-" } else { _ = scanner.take("+") }
        let rest = scanner.text(scanner.position..<scanner.bytes.count).split(whereSeparator: \.isWhitespace)
        guard rest.count == 1 else { return nil }
        if ["inf", "infinity"].contains(rest[0]) { return digits.isEmpty ? .infinity : -.infinity }
        if rest[0] == "nan" { return .nan }
        var hasDigit = false
        var hasPoint = false
        var hasExponent = false
        var last: Character = " "
        for character in rest[0] {
            if let digit = character.wholeNumberValue, character.isWholeNumber, (0...9).contains(digit) {
                digits.append(String(digit))
                hasDigit = true
            } else if character == "_" {
                guard last.isWholeNumber else { return nil }
            } else {
                guard last != "_" else { return nil }
                if character == ".", !hasPoint, !hasExponent {
                    hasPoint = true
                } else if character == "e", hasDigit, !hasExponent {
                    hasExponent = true
                    hasDigit = false
                } else if "+-".contains(character), last == "e" {
                } else {
                    return nil
                }
                digits.append(character)
            }
            last = character
        }
        guard hasDigit, last != "_" else { return nil }
        return Double(digits)
    }
}
