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
        ("\\$", ""), ("$", ""), ("\\(", ""), ("\\)", ""), ("\\[", ""), ("\\]", ""), ("\\%", "%"),
        ("^{\\circ}", ""), ("^\\circ", ""), ("\\degree", ""), ("\\dfrac", "\\frac"), ("\\tfrac", "\\frac"),
        ("\\cfrac", "\\frac"), ("\\dbinom", "\\binom"), ("\\tbinom", "\\binom"), ("\\leqslant", "\\le"),
        ("\\geqslant", "\\ge"), ("\\leq", "\\le"), ("\\geq", "\\ge"), ("\\neq", "\\ne"), ("\\lbrace", "\\{"),
        ("\\rbrace", "\\}"), ("\\lvert", "|"), ("\\rvert", "|"), ("\\vert", "|"), ("\\langle", "("), ("\\rangle", ")"),
        ("\\mid", "|"),
        ("\\log_{10}", "\\lg"), ("\\ldots", "\\dots"), ("\\cdots", "\\dots"),
    ]

    private static let fonts = [
        "mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "bf", "operatorname", "displaystyle",
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

    /// Marks the beginning of an answer that is words alone.
    static let textMark: Character = "\u{1}"
    private static let textEnd: Character = "\u{2}"

    /// Without `\text{…}` behind a value, with its exponent, and without words of units behind a number.
    private static func removingUnits(_ text: String) -> String {
        var text = trimmed(text)
        for name in ["text", "textbf", "textit", "textrm", "mbox", "hbox"] where text.contains("\\" + name) {
            text = replacing(command: name, in: text) { "\(textMark)\($0)\(textEnd)" }
        }
        while let start = text.lastIndex(of: textMark), withoutExponent(text).last == textEnd {
            let value = trimmed(text[..<start])
            guard let last = value.last, last != "=", value.contains(where: { $0.isNumber || $0.isLetter }) else {
                break
            }
            text = value
        }
        let isText = text.first == textMark && text.last == textEnd && text.count(where: { $0 == textMark }) == 1
        text.removeAll { $0 == textMark || $0 == textEnd }
        if isText, text.count(where: \.isLetter) >= 2 { return "\(textMark)\(text)" }
        return valueBeforeUnits(text).map(String.init) ?? text
    }

    /// Without a power behind a unit: `cm^2`.
    private static func withoutExponent(_ text: String) -> Substring {
        for exponent in ["^2", "^3", "^{2}", "^{3}"] where text.hasSuffix(exponent) {
            return text.dropLast(exponent.count)
        }
        return text[...]
    }

    /// The number of a text that is a number with words of a unit behind it.
    private static func valueBeforeUnits(_ text: String) -> Substring? {
        let unsigned = text.drop { "+-".contains($0) }
        let digits = unsigned.prefix { $0.isASCII && $0.isNumber || $0 == "." || $0 == "," }
        guard digits.first?.isNumber == true || digits.first == ".", digits.contains(where: \.isNumber),
            unsigned.startIndex < text.endIndex, text.distance(from: text.startIndex, to: unsigned.startIndex) <= 1
        else { return nil }
        let rest = withoutExponent(text)[digits.endIndex...].drop { $0 == "%" }
        let value = text[..<digits.endIndex]
        let words = rest.lowercased().split { " ./".contains($0) }
        guard !words.isEmpty else { return nil }
        if words.allSatisfy({ $0.allSatisfy { $0 >= "\u{4E00}" && $0.isLetter } }) {
            return words.contains { $0 != "分" && $0.contains { "或和分万亿".contains($0) } } ? nil : value
        }
        let isApart = rest.first == " "
        let areUnits = words.allSatisfy { word in
            if units.contains(String(word)) { return true }
            return isApart && word.count >= 4 && word.allSatisfy { $0.isLetter }
                && !MathWords.plain.contains { word.hasPrefix($0) }
        }
        return areUnits ? value : nil
    }

    private static let units: Set<String> = [
        "mm", "cm", "dm", "km", "in", "inch", "inches", "ft", "foot", "feet", "yd", "yard", "yards", "mi", "mile",
        "miles", "mg", "kg", "gram", "grams", "lb", "lbs", "oz", "ml", "liter", "liters", "sec", "second", "seconds",
        "min", "mins", "minute", "minutes", "hr", "hrs", "hour", "hours", "day", "days", "mph", "kmh", "deg", "degree",
        "degrees", "usd", "dollar", "dollars", "cent", "cents", "unit", "units", "sq", "square", "cu", "cubic",
        "percent", "point", "points", "pts", "rad", "radian", "radians", "am", "pm", "per", "men", "of",
    ]
}
