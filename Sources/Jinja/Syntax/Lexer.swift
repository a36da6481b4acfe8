/// Cuts a template into tokens as jinja2's lexer does with trim_blocks and lstrip_blocks: the newline after a block tag
/// or comment goes, and so do blanks before one at the start of a line; `-` strips further and `+` keeps all.
struct Lexer {
    typealias Scalars = ArraySlice<Unicode.Scalar>

    private let source: [Unicode.Scalar]
    private var offset = 0
    private var position = SourcePosition()
    private var isLineStart = true
    private var tokens: [Token] = []

    /// The tokens of a template; the last one is `.end`.
    static func tokens(of text: String) throws(TemplateError) -> [Token] {
        var lexer = Lexer(text)
        try lexer.run()
        return lexer.tokens
    }

    /// Newlines become `\n`, and one at the very end goes (keep_trailing_newline is off).
    private init(_ text: String) {
        var source: [Unicode.Scalar] = []
        source.reserveCapacity(text.utf8.count)
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                source.append("\n")
            } else if !(scalar == "\n" && isAfterReturn) {
                source.append(scalar)
            }
            isAfterReturn = scalar == "\r"
        }
        if source.last == "\n" { source.removeLast() }
        self.source = source
    }

    private mutating func run() throws(TemplateError) {
        while offset < source.count {
            guard let tag = nextTag() else {
                emitText(source[offset...])
                advance(to: source.count)
                break
            }
            var text = source[offset..<tag]
            let sign = peek(tag + 2)
            if sign == "-" {
                text = text.droppingTrailingSpace
            } else if sign != "+", source[tag + 1] != "{" {
                text = droppingIndentation(text)
            }
            emitText(text)
            advance(to: tag)
            let begin = position
            advance(to: tag + (sign == "-" || sign == "+" ? 3 : 2))
            switch source[tag + 1] {
            case "#": try skipComment(begin)
            case "{":
                tokens.append(Token(kind: .variableBegin, position: begin))
                try readTag(closing: "}", begin)
            default:
                if try readRaw(begin) { continue }
                tokens.append(Token(kind: .blockBegin, position: begin))
                try readTag(closing: "%", begin)
            }
        }
        tokens.append(Token(kind: .end, position: position))
    }

    private func nextTag() -> Int? {
        var index = offset
        while index + 1 < source.count {
            if source[index] == "{", source[index + 1] == "{" || source[index + 1] == "%" || source[index + 1] == "#" {
                return index
            }
            index += 1
        }
        return nil
    }

    /// The text without the blanks of its last line, if there is nothing else on it.
    private func droppingIndentation(_ text: Scalars) -> Scalars {
        let lineStart = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
        guard lineStart > text.startIndex || isLineStart else { return text }
        return text[lineStart...].allSatisfy(\.isPythonSpace) ? text[..<lineStart] : text
    }

    private mutating func emitText(_ text: Scalars) {
        guard !text.isEmpty else { return }
        tokens.append(Token(kind: .text(String(text)), position: position))
    }

    // MARK: Comments and raw blocks

    private mutating func skipComment(_ begin: SourcePosition) throws(TemplateError) {
        var index = offset
        while index + 1 < source.count {
            if source[index] == "#", source[index + 1] == "}" {
                let sign = index > offset ? source[index - 1] : " "
                advance(to: index + 2)
                skipAfterTag(sign, trims: true)
                return
            }
            index += 1
        }
        throw TemplateError("Missing end of comment tag", kind: .syntax, at: begin)
    }

    /// Reads `raw … endraw` if the tag that begins here is one. Its opening tag keeps the newline after it.
    private mutating func readRaw(_ begin: SourcePosition) throws(TemplateError) -> Bool {
        guard let (afterOpening, openingSign) = tagEnd(of: "raw", from: offset), openingSign != "+" else {
            return false
        }
        advance(to: afterOpening)
        skipAfterTag(openingSign, trims: false)
        var index = offset
        while index + 1 < source.count {
            if source[index] == "{", source[index + 1] == "%" {
                let sign = peek(index + 2) ?? " "
                let nameStart = sign == "-" || sign == "+" ? index + 3 : index + 2
                if let (afterClosing, closingSign) = tagEnd(of: "endraw", from: nameStart) {
                    let text = source[offset..<index]
                    emitText(
                        sign == "-" ? text.droppingTrailingSpace : sign == "+" ? text : droppingIndentation(text))
                    advance(to: afterClosing)
                    skipAfterTag(closingSign, trims: true)
                    return true
                }
            }
            index += 1
        }
        throw TemplateError("Missing end of raw directive", kind: .syntax, at: begin)
    }

    /// Where a block tag ends that holds this word alone, and the sign before its end.
    private func tagEnd(of word: String, from start: Int) -> (end: Int, sign: Unicode.Scalar)? {
        var index = start
        while let scalar = peek(index), scalar.isPythonSpace { index += 1 }
        for scalar in word.unicodeScalars {
            guard peek(index) == scalar else { return nil }
            index += 1
        }
        while let scalar = peek(index), scalar.isPythonSpace { index += 1 }
        var sign: Unicode.Scalar = " "
        if let scalar = peek(index), scalar == "-" || scalar == "+" {
            sign = scalar
            index += 1
        }
        guard peek(index) == "%", peek(index + 1) == "}" else { return nil }
        return (index + 2, sign)
    }

    private mutating func skipAfterTag(_ sign: Unicode.Scalar, trims: Bool) {
        isLineStart = false
        if sign == "-" {
            let start = offset
            while let scalar = peek(offset), scalar.isPythonSpace { advance(to: offset + 1) }
            isLineStart = offset > start && source[offset - 1] == "\n"
        } else if trims, sign != "+", peek(offset) == "\n" {
            advance(to: offset + 1)
            isLineStart = true
        }
    }

    // MARK: Inside tags

    private mutating func readTag(closing: Unicode.Scalar, _ begin: SourcePosition) throws(TemplateError) {
        var open: [Unicode.Scalar] = []
        while let scalar = peek(offset) {
            if open.isEmpty, let sign = closingSign(closing) {
                tokens.append(Token(kind: closing == "%" ? .blockEnd : .variableEnd, position: position))
                advance(to: offset + (sign == " " ? 2 : 3))
                skipAfterTag(sign, trims: closing == "%")
                return
            }
            if scalar.isPythonSpace {
                advance(to: offset + 1)
            } else if scalar.isASCIIDigit {
                try readNumber()
            } else if scalar.isIdentifierPart {
                try readName()
            } else if scalar == "'" || scalar == "\"" {
                try readString(scalar)
            } else {
                try readSymbol(&open)
            }
        }
        throw TemplateError(
            "unexpected end of template, the tag has no '\(closing)}'", kind: .syntax, at: begin)
    }

    /// The sign before the end of a tag, if it ends here: a variable takes `-` alone, a block `-` and `+`.
    private func closingSign(_ closing: Unicode.Scalar) -> Unicode.Scalar? {
        var index = offset
        var sign: Unicode.Scalar = " "
        if let scalar = peek(index), scalar == "-" || scalar == "+" && closing == "%" {
            sign = scalar
            index += 1
        }
        return peek(index) == closing && peek(index + 1) == "}" ? sign : nil
    }

    private mutating func readSymbol(_ open: inout [Unicode.Scalar]) throws(TemplateError) {
        let begin = position
        let two = String(source[offset..<Swift.min(offset + 2, source.count)])
        if ["//", "**", "==", "!=", ">=", "<="].contains(two) {
            tokens.append(Token(kind: .symbol(two), position: begin))
            advance(to: offset + 2)
            return
        }
        let scalar = source[offset]
        switch scalar {
        case "(": open.append(")")
        case "[": open.append("]")
        case "{": open.append("}")
        case ")", "]", "}":
            guard let expected = open.popLast() else {
                throw TemplateError("unexpected '\(scalar)'", kind: .syntax, at: begin)
            }
            guard expected == scalar else {
                throw TemplateError("unexpected '\(scalar)', expected '\(expected)'", kind: .syntax, at: begin)
            }
        case "+", "-", "/", "*", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";": break
        default: throw TemplateError("unexpected char '\(scalar)'", kind: .syntax, at: begin)
        }
        tokens.append(Token(kind: .symbol(String(scalar)), position: begin))
        advance(to: offset + 1)
    }

    private mutating func readName() throws(TemplateError) {
        let begin = position
        let start = offset
        while let scalar = peek(offset), scalar.isIdentifierPart { advance(to: offset + 1) }
        guard source[start] == "_" || source[start].properties.isXIDStart else {
            throw TemplateError("Invalid character in identifier", kind: .syntax, at: begin)
        }
        tokens.append(Token(kind: .name(String(source[start..<offset])), position: begin))
    }

    /// Decimal, `0x`, `0o` and `0b` integers and floats, digits perhaps apart by `_`.
    private mutating func readNumber() throws(TemplateError) {
        let begin = position
        let start = offset
        if source[offset] == "0", let letter = peek(offset + 1),
            let radix = ["x": 16, "o": 8, "b": 2][String(letter).lowercased()]
        {
            var digits = ""
            var index = offset + 2
            while let scalar = peek(index), scalar == "_" || Character(scalar).hexDigitValue.map({ $0 < radix }) == true
            {
                if scalar != "_" { digits.unicodeScalars.append(scalar) }
                index += 1
            }
            guard let value = Int(digits, radix: radix) else {
                throw TemplateError("a number is malformed or too large", kind: .syntax, at: begin)
            }
            advance(to: index)
            tokens.append(Token(kind: .integer(value), position: begin))
            return
        }
        var index = endOfDigits(offset)
        var isFloat = false
        let isAfterDot = start > 0 && source[start - 1] == "."
        if !isAfterDot {
            if peek(index) == ".", peek(index + 1)?.isASCIIDigit == true {
                index = endOfDigits(index + 1)
                isFloat = true
            }
            if peek(index) == "e" || peek(index) == "E" {
                let sign = peek(index + 1) == "+" || peek(index + 1) == "-" ? 1 : 0
                if peek(index + 1 + sign)?.isASCIIDigit == true {
                    index = endOfDigits(index + 1 + sign)
                    isFloat = true
                }
            }
        }
        let digits = String(source[start..<index].filter { $0 != "_" })
        if isFloat {
            tokens.append(Token(kind: .float(Double(digits) ?? .infinity), position: begin))
        } else {
            guard digits.unicodeScalars.allSatisfy({ $0 == "0" }) || !digits.hasPrefix("0") else {
                throw TemplateError("a number must not begin with a zero", kind: .syntax, at: begin)
            }
            guard let value = Int(digits) else {
                throw TemplateError("the integer \(digits) is beyond 64 bits", kind: .syntax, at: begin)
            }
            tokens.append(Token(kind: .integer(value), position: begin))
        }
        advance(to: index)
    }

    private func endOfDigits(_ start: Int) -> Int {
        var index = start
        while let scalar = peek(index) {
            guard scalar.isASCIIDigit || scalar == "_" && peek(index + 1)?.isASCIIDigit == true else { break }
            index += 1
        }
        return index
    }

    private mutating func readString(_ quote: Unicode.Scalar) throws(TemplateError) {
        let begin = position
        var index = offset + 1
        var text = String.UnicodeScalarView()
        while let scalar = peek(index) {
            if scalar == quote {
                tokens.append(Token(kind: .string(String(text)), position: begin))
                advance(to: index + 1)
                return
            }
            if scalar == "\\" {
                index = try PythonEscapes.append(to: &text, from: source, at: index, begin)
            } else {
                text.append(scalar)
                index += 1
            }
        }
        throw TemplateError("a string does not end", kind: .syntax, at: begin)
    }

    // MARK: Scalars

    private func peek(_ index: Int) -> Unicode.Scalar? {
        index < source.count ? source[index] : nil
    }

    private mutating func advance(to end: Int) {
        while offset < end {
            if source[offset] == "\n" {
                position.line += 1
                position.column = 1
            } else {
                position.column += 1
            }
            offset += 1
        }
    }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate var droppingTrailingSpace: ArraySlice<Unicode.Scalar> {
        self[..<(lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? startIndex)]
    }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
