/// One specification of Python's format mini-language: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
struct FormatSpecification {
    private var fill: Unicode.Scalar = " "
    private var alignment: Unicode.Scalar?
    private var sign: Unicode.Scalar = "-"
    private var isAlternate = false
    private var width = 0
    private var grouping: Unicode.Scalar?
    private var precision: Int?
    private var type: Unicode.Scalar?

    init(_ text: String) throws(TemplateError) {
        var scalars = Array(text.unicodeScalars)[...]
        func isAlignment(_ scalar: Unicode.Scalar?) -> Bool {
            scalar == "<" || scalar == ">" || scalar == "^" || scalar == "="
        }
        if scalars.count > 1, isAlignment(scalars[scalars.startIndex + 1]), let first = scalars.popFirst() {
            fill = first
            alignment = scalars.popFirst()
        } else if isAlignment(scalars.first) {
            alignment = scalars.popFirst()
        }
        if let first = scalars.first, first == "+" || first == "-" || first == " " {
            sign = first
            scalars.removeFirst()
        }
        if scalars.first == "#" {
            isAlternate = true
            scalars.removeFirst()
        }
        if scalars.first == "0" {
            if alignment == nil {
                alignment = "="
                fill = "0"
            }
            scalars.removeFirst()
        }
        width = try Self.takeNumber(&scalars) ?? 0
        if scalars.first == "," || scalars.first == "_" { grouping = scalars.popFirst() }
        if scalars.first == "." {
            scalars.removeFirst()
            precision = try Self.takeNumber(&scalars)
            guard precision != nil else { throw TemplateError("Format specifier missing precision") }
        }
        type = scalars.popFirst()
        guard scalars.isEmpty else { throw TemplateError("Invalid format specifier '\(text)'") }
    }

    /// Widths and precisions are bounded, since each asks for that much memory.
    static func takeNumber(_ scalars: inout ArraySlice<Unicode.Scalar>) throws(TemplateError) -> Int? {
        var number: Int?
        while let digit = scalars.first, digit.isASCIIDigit {
            number = (number ?? 0) * 10 + Int(digit.value - 48)
            guard let number, number <= 100_000 else { throw TemplateError("Too many decimal digits in format string") }
            scalars.removeFirst()
        }
        return number
    }

    func format(_ value: Value, _ interpreter: Interpreter) throws(TemplateError) -> String {
        try interpreter.budget.allocate(width * 4 + (precision ?? 0))
        switch value {
        case .string(let text): return try formatText(text, interpreter)
        case .boolean(let flag) where type == nil: return try formatText(flag ? "True" : "False", interpreter)
        case .integer, .boolean:
            let number = value.integerValue ?? 0
            switch type {
            case nil, "d", "n": return formatInteger(String(number.magnitude), number < 0, prefix: "")
            case "b": return formatInteger(String(number.magnitude, radix: 2), number < 0, prefix: "0b")
            case "o": return formatInteger(String(number.magnitude, radix: 8), number < 0, prefix: "0o")
            case "x": return formatInteger(String(number.magnitude, radix: 16), number < 0, prefix: "0x")
            case "X":
                return formatInteger(String(number.magnitude, radix: 16, uppercase: true), number < 0, prefix: "0X")
            case "c":
                guard let scalar = Unicode.Scalar(UInt32(exactly: number) ?? .max) else {
                    throw TemplateError("%c arg not in range(0x110000)")
                }
                return try formatText(String(scalar), interpreter, defaultAlignment: "<", checksType: false)
            default: return try formatFloat(Double(number))
            }
        case .float(let number): return try formatFloat(number)
        default:
            guard width == 0, precision == nil, type == nil, alignment == nil else {
                throw TemplateError("unsupported format string passed to \(value.typeName).__format__")
            }
            return try interpreter.string(value)
        }
    }

    private func formatText(
        _ text: String, _ interpreter: Interpreter, defaultAlignment: Unicode.Scalar = "<", checksType: Bool = true
    ) throws(TemplateError) -> String {
        guard !checksType || type == nil || type == "s" else {
            throw TemplateError("Unknown format code '\(type ?? "s")' for object of type 'str'")
        }
        guard alignment != "=" || fill == "0" else {
            throw TemplateError("'=' alignment not allowed in string format specifier")
        }
        let cut = precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
        return padded("", cut, alignment == "=" ? "<" : alignment ?? defaultAlignment)
    }

    private func formatInteger(_ digits: String, _ isNegative: Bool, prefix: String) -> String {
        let size = prefix.isEmpty ? 3 : 4
        return padded(
            signText(isNegative) + (isAlternate ? prefix : ""), digits, alignment ?? ">", groupSize: size)
    }

    private func formatFloat(_ number: Double) throws(TemplateError) -> String {
        let isNegative = number.sign == .minus && !number.isNaN
        var digits: String
        switch type {
        case _ where !number.isFinite:
            digits = number.isNaN ? "nan" : "inf"
            if let type, type.isUppercase { digits = digits.uppercased() }
        case nil:
            if let precision {
                digits = Self.general(number.magnitude, precision)
            } else {
                digits = PythonFloat.representation(of: number.magnitude)
            }
        case "e", "E", "f", "F", "g", "G", "n":
            let letter: Character = type == "n" ? "g" : Character(type ?? "g")
            digits = PythonFloat.formatted(number.magnitude, letter, precision: precision ?? 6, alternate: isAlternate)
        case "%": digits = PythonFloat.formatted(number.magnitude * 100, "f", precision: precision ?? 6) + "%"
        default: throw TemplateError("Unknown format code '\(type ?? "?")' for object of type 'float'")
        }
        return padded(signText(isNegative), digits, alignment ?? ">", groupSize: 3)
    }

    /// A float with a precision but no type: `g`, yet with one digit after the point at least.
    private static func general(_ number: Double, _ precision: Int) -> String {
        let digits = PythonFloat.formatted(number, "g", precision: Swift.max(precision, 1))
        guard !digits.contains("e"), !digits.contains(".") else { return digits }
        return digits.utf8.count < precision
            ? digits + ".0" : PythonFloat.formatted(number, "e", precision: Swift.max(precision, 1) - 1)
    }

    private func signText(_ isNegative: Bool) -> String {
        isNegative ? "-" : sign == "-" ? "" : String(sign)
    }

    private func padded(
        _ prefix: String, _ body: String, _ alignment: Unicode.Scalar, groupSize: Int = 0
    ) -> String {
        var body = body
        if let grouping, groupSize > 0 {
            let zeroWidth = alignment == "=" && fill == "0" ? width - prefix.unicodeScalars.count : 0
            body = Self.grouped(body, grouping, groupSize, width: zeroWidth)
        }
        let missing = width - prefix.unicodeScalars.count - body.unicodeScalars.count
        guard missing > 0 else { return prefix + body }
        func filling(_ count: Int) -> String { String(repeatElement(fill, count: count)) }
        switch alignment {
        case "<": return prefix + body + filling(missing)
        case "^": return filling(missing / 2) + prefix + body + filling(missing - missing / 2)
        case "=": return prefix + filling(missing) + body
        default: return filling(missing) + prefix + body
        }
    }

    /// Puts separators between groups of digits before the point, with leading zeros up to `width`.
    private static func grouped(_ text: String, _ separator: Unicode.Scalar, _ size: Int, width: Int) -> String {
        var digits = Array(text.unicodeScalars.prefix { $0.properties.isASCIIHexDigit && $0 != "e" || $0.isASCIIDigit })
        let rest = String(text.unicodeScalars.dropFirst(digits.count))
        while digits.count + (digits.count - 1) / size + rest.unicodeScalars.count < width {
            if digits.count + 1 + digits.count / size + rest.unicodeScalars.count > width { break }
            digits.insert("0", at: 0)
        }
        var result = String.UnicodeScalarView()
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % size == 0 { result.append(separator) }
            result.append(digit)
        }
        return String(result) + rest
    }
}
