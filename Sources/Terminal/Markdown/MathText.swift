/// TeX formulas as lines of plain Unicode: `\frac{a}{b}` is a/b, `x^2` is x², `\boxed{85}` is ⟦85⟧.
///
/// What has no such form stays as it was written, so that nothing is lost.
package struct MathText {
    /// Braces and roots inside each other beyond this stay TeX.
    private static let depthLimit = 24

    private let source: [Character]
    private var index = 0
    private var depth = 0

    /// The formula in one or, where it has rows, several lines.
    package static func plain(_ tex: String) -> String {
        var reader = MathText(source: Array(tex))
        var result = ""
        while reader.index < reader.source.count {
            result += reader.sequence(until: nil)
            // A brace that closes nothing.
            if reader.index < reader.source.count { reader.index += 1 }
        }
        let lines = result.split(separator: "\n", omittingEmptySubsequences: true).map(tidied)
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private init(source: [Character]) {
        self.source = source
    }

    /// Without doubled spaces.
    private static func tidied(_ line: Substring) -> String {
        line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    private var next: Character? { index < source.count ? source[index] : nil }

    /// Terms up to a closing brace or the end; `until` closes an optional argument.
    private mutating func sequence(until end: Character?) -> String {
        var result = ""
        while let character = next, character != "}", character != end {
            switch character {
            case "^", "_":
                index += 1
                result += script(isSuper: character == "^")
            case "&":
                index += 1
                result += " "
            case "~":
                index += 1
                result += " "
            case "=", "+", "<", ">":
                index += 1
                result += " \(character) "
            case "'":
                index += 1
                result += "′"
            case "\n":
                index += 1
                result += " "
            default:
                result += term()
            }
        }
        return result
    }

    /// One argument: a group, a command, or a single character.
    private mutating func argument() -> String {
        while next == " " { index += 1 }
        return term()
    }

    private mutating func term() -> String {
        guard let character = next else { return "" }
        guard depth < Self.depthLimit else {
            index += 1
            return String(character)
        }
        depth += 1
        defer { depth -= 1 }
        switch character {
        case "}": return ""
        case "{":
            index += 1
            let inner = sequence(until: nil)
            if next == "}" { index += 1 }
            return inner
        case "\\":
            return command()
        default:
            index += 1
            return String(character)
        }
    }

    private mutating func command() -> String {
        index += 1
        guard let first = next else { return "\\" }
        guard first.isASCII, first.isLetter else {
            index += 1
            return switch first {
            case "\\": "\n"
            case ",", ";", ":", " ": " "
            case "!": ""
            case "|": "‖"
            default: String(first)
            }
        }
        var name = ""
        while let character = next, character.isASCII, character.isLetter {
            name.append(character)
            index += 1
        }
        return meaning(of: name)
    }

    private mutating func meaning(of name: String) -> String {
        switch name {
        case "frac", "dfrac", "tfrac", "cfrac":
            let above = Self.grouped(argument())
            return "\(above)/\(Self.grouped(argument()))"
        case "binom": return "C(\(argument()), \(argument()))"
        case "sqrt": return root()
        case "boxed", "fbox": return "⟦\(argument())⟧"
        case "text", "textbf", "textit", "textrm", "mbox", "mathrm", "operatorname", "mathbf", "mathit", "mathsf",
            "mathcal", "mathfrak", "boldsymbol":
            return argument()
        case "displaystyle", "textstyle", "limits", "nolimits": return ""
        case "mathbb": return String(argument().map { MathSymbols.doubleStruck[$0] ?? $0 })
        case "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr":
            if next == "." { index += 1 }
            return ""
        case "quad", "qquad", "space", "enspace": return "  "
        case "pmod": return " (mod \(argument()))"
        case "bmod": return " mod "
        case "begin", "end": return environment(begins: name == "begin")
        case "tag": return "  (\(argument()))"
        case "hline", "nonumber", "notag": return ""
        default: break
        }
        if let accent = MathSymbols.accents[name] {
            let base = argument()
            return base.count == 1 ? base + accent : base
        }
        if let sign = MathSymbols.signs[name] { return Self.isRelation(sign) ? " \(sign) " : sign }
        if MathSymbols.functions.contains(name) { return next?.isLetter == true || next == "\\" ? name + " " : name }
        return "\\" + name
    }

    /// `\begin{cases}` opens a brace, matrices get brackets; alignment has no sign of its own.
    private mutating func environment(begins: Bool) -> String {
        var name = ""
        if next == "{" {
            index += 1
            while let character = next, character != "}" {
                name.append(character)
                index += 1
            }
            if next != nil { index += 1 }
        }
        if name == "array", begins, next == "{" {
            while let character = next {
                index += 1
                if character == "}" { break }
            }
        }
        let brackets: (String, String) =
            switch name {
            case "pmatrix": ("(", ")")
            case "bmatrix": ("[", "]")
            case "vmatrix": ("|", "|")
            case "cases": ("{ ", "")
            default: ("", "")
            }
        return begins ? brackets.0 : brackets.1
    }

    private mutating func root() -> String {
        var degree = ""
        if next == "[" {
            index += 1
            degree = sequence(until: "]")
            if next == "]" { index += 1 }
        }
        let sign =
            switch degree {
            case "", "2": "√"
            case "3": "∛"
            case "4": "∜"
            default: (Self.scripted(degree, MathSymbols.superscripts) ?? "(\(degree))") + "√"
            }
        let inner = argument()
        return sign + (inner.count > 1 && !inner.allSatisfy(\.isNumber) ? "(\(inner))" : inner)
    }

    private mutating func script(isSuper: Bool) -> String {
        let text = argument().filter { $0 != " " }
        if text == "∘" || text == "°" { return "°" }
        if text.allSatisfy({ $0 == "′" }) { return text }
        if let scripted = Self.scripted(text, isSuper ? MathSymbols.superscripts : MathSymbols.subscripts) {
            return scripted
        }
        return (isSuper ? "^" : "_") + (text.count > 1 ? "(\(text))" : text)
    }

    private static func scripted(_ text: String, _ table: [Character: Character]) -> String? {
        let letters = text.compactMap { table[$0 == "−" ? "-" : $0] }
        return letters.count == text.count ? String(letters) : nil
    }

    /// A numerator or denominator that a slash cannot tear apart.
    private static func grouped(_ text: String) -> String {
        let tidy = tidied(text[...])
        let isSimple = tidy.count == 1 || tidy.allSatisfy { $0.isNumber || $0 == "." || $0.isLetter }
        return isSimple ? tidy : "(\(tidy))"
    }

    private static func isRelation(_ sign: String) -> Bool {
        guard let scalar = sign.unicodeScalars.first, sign.unicodeScalars.count == 1 else { return false }
        return switch scalar.value {
        case 0x00B1, 0x00D7, 0x00F7, 0x2190...0x21FF, 0x2208...0x220D, 0x2213, 0x223C...0x228B, 0x27F5...0x27FF: true
        default: false
        }
    }
}
