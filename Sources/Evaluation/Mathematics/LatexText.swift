/// Brings an answer in LaTeX into the spelling that the parsers read: without fonts, spacing, delimiters' sizes and
/// units, and with ASCII for symbols.
enum LatexText {
    static func normalized(_ text: String) -> String {
        var text = text
        for (symbol, spelling) in symbols { text = text.replacing(symbol, with: spelling) }
        text = unwrapped(text)
        for (command, spelling) in spellings { text = text.replacing(command, with: spelling) }
        text = removingCommands(text)
        for font in fonts { text = replacing(command: font, in: text) { String($0) } }
        text = text.replacing("{,}", with: ",")
        text = removingUnits(text)
        return trimmed(text)
    }

    /// The argument in braces that begins at `start`, with the index behind it; nil if it is not closed.
    static func group(in text: String, at start: String.Index) -> (content: Substring, end: String.Index)? {
        guard start < text.endIndex, text[start] == "{" else { return nil }
        var depth = 0
        var index = start
        while index < text.endIndex {
            switch text[index] {
            case "\\":
                index = text.index(after: index)
                if index == text.endIndex { return nil }
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { return (text[text.index(after: start)..<index], text.index(after: index)) }
            default: break
            }
            index = text.index(after: index)
        }
        return nil
    }

    /// Replaces `\name{content}` by what `replacement` gives for the content.
    static func replacing(
        command name: String, in text: String, _ replacement: (Substring) -> String
    ) -> String {
        var result = ""
        var rest = text.startIndex
        while let range = text[rest...].firstRange(of: "\\" + name) {
            var brace = range.upperBound
            while brace < text.endIndex, text[brace] == " " { brace = text.index(after: brace) }
            guard let (content, end) = group(in: text, at: brace) else {
                result += text[rest..<range.upperBound]
                rest = range.upperBound
                continue
            }
            result += text[rest..<range.lowerBound] + replacement(content)
            rest = end
        }
        return result + text[rest...]
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var part = text[...]
        while let first = part.first, first.isWhitespace { part = part.dropFirst() }
        while let last = part.last, last.isWhitespace || last == "." || last == "," || last == ";" {
            part = part.dropLast()
        }
        return String(part)
    }

    private static let symbols = [
        ("−", "-"), ("–", "-"), ("×", "\\times "), ("·", "\\cdot "), ("÷", "\\div "), ("π", "\\pi "), ("√", "\\sqrt "),
        ("∞", "\\infty "), ("∪", "\\cup "), ("≤", "\\le "), ("≥", "\\ge "), ("≠", "\\ne "), ("°", ""), ("±", "\\pm "),
        ("θ", "\\theta "), ("½", "\\frac{1}{2}"), ("，", ","), ("。", "."), ("（", "("), ("）", ")"), ("：", ":"),
        ("\u{00A0}", " "), ("²", "^2"), ("³", "^3"), ("％", "\\%"), ("￥", ""), ("¥", ""), ("€", ""), ("£", ""),
    ]

    private static let spellings = [
        ("\\$", ""), ("$", ""), ("\\(", ""), ("\\)", ""), ("\\[", ""), ("\\]", ""), ("\\%", ""), ("%", ""),
        ("^{\\circ}", ""), ("^\\circ", ""), ("\\degree", ""), ("\\dfrac", "\\frac"), ("\\tfrac", "\\frac"),
        ("\\cfrac", "\\frac"), ("\\dbinom", "\\binom"), ("\\tbinom", "\\binom"), ("\\leqslant", "\\le"),
        ("\\geqslant", "\\ge"), ("\\leq", "\\le"), ("\\geq", "\\ge"), ("\\neq", "\\ne"), ("\\lbrace", "\\{"),
        ("\\rbrace", "\\}"), ("\\lvert", "|"), ("\\rvert", "|"), ("\\vert", "|"), ("\\mid", "|"),
        ("\\log_{10}", "\\lg"), ("\\ldots", "\\dots"), ("\\cdots", "\\dots"),
    ]

    private static let fonts = [
        "mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "bf", "operatorname", "displaystyle", "overline",
    ]

    private static let invisible: Set<Substring> = [
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle",
        "limits", "quad", "qquad", "thinspace", "bf", "rm",
    ]

    /// Without `\boxed{}`, and without the dollar signs or brackets around the whole.
    private static func unwrapped(_ text: String) -> String {
        var text = text
        for name in ["boxed", "fbox"] { text = replacing(command: name, in: text) { String($0) } }
        return text
    }

    /// Without commands for sizes and spaces.
    private static func removingCommands(_ text: String) -> String {
        var result = ""
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == "\\" else {
                result.append(text[index] == "~" ? " " : text[index])
                index = text.index(after: index)
                continue
            }
            let start = text.index(after: index)
            let name = text[start...].prefix { $0.isASCII && $0.isLetter }
            if invisible.contains(name) {
                index = name.endIndex
                // `\left.` is a delimiter that does not show.
                if name == "left" || name == "right", index < text.endIndex, text[index] == "." {
                    index = text.index(after: index)
                }
            } else if name.isEmpty, start < text.endIndex {
                switch text[start] {
                case "!", ",", ";", ":": break
                case " ": result.append(" ")
                default: result += text[index...start]
                }
                index = text.index(after: start)
            } else {
                result += text[index..<name.endIndex]
                index = name.endIndex
            }
        }
        return result
    }

    /// Without `\text{…}` behind a value, with its exponent, and without plain words behind a number.
    private static func removingUnits(_ text: String) -> String {
        var text = text
        for name in ["text", "textbf", "textit", "textrm", "mbox", "hbox"] where text.contains("\\" + name) {
            text = replacing(command: name, in: text) { "\u{1}\($0)\u{2}" }
        }
        if let start = text.firstIndex(of: "\u{1}") {
            let before = trimmed(text[..<start])
            if let end = text.firstIndex(of: "\u{2}"), before.contains(where: { $0.isNumber || $0.isLetter }) {
                let after = trimmed(text[text.index(after: end)...].drop { "^{}23 ".contains($0) })
                if after.isEmpty { return before }
            }
            text.removeAll { $0 == "\u{1}" || $0 == "\u{2}" }
        }
        if let match = text.firstMatch(of: #/^\s*([-+]?[\d.,]*\d)\s*\p{Letter}[\p{Letter} .]+(\^\{?[23]\}?)?\s*$/#),
            MathWords.function(String(text[match.1.endIndex...].drop { $0 == " " })) == nil
        {
            return String(match.1)
        }
        if let match = text.firstMatch(of: #/^\s*([-+]?[\d.,]*\d)\s*[元个只人米天岁页本分时张块名秒]\p{Letter}*\s*$/#) {
            return String(match.1)
        }
        return text
    }
}
