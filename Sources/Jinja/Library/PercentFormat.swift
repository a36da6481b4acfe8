/// `format % values`, C's notation in Python.
enum PercentFormat {
    static func format(
        _ format: String, _ values: Value, _ interpreter: Interpreter
    ) throws(TemplateError) -> String {
        var source = Array(format.unicodeScalars)[...]
        var result = ""
        var pending: ArraySlice<Value>
        var mapping: Value.Dictionary?
        switch values {
        case .tuple(let sequence): pending = sequence.elements[...]
        case .dictionary(let dictionary):
            mapping = dictionary
            pending = [values]
        default: pending = [values]
        }
        var usesMapping = false
        while let scalar = source.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var key: String?
            if source.first == "(" {
                let name = source.dropFirst().prefix { $0 != ")" }
                guard name.endIndex < source.endIndex else { throw TemplateError("incomplete format key") }
                key = String(name)
                source = source[(name.endIndex + 1)...]
            }
            let directive = try Directive(&source, &pending)
            if directive.conversion == "%" {
                result += "%"
                continue
            }
            let value: Value
            if let key {
                guard let mapping else { throw TemplateError("format requires a mapping") }
                guard let found = mapping[key] else { throw TemplateError(Representation.quoted(key)) }
                usesMapping = true
                value = found
            } else {
                guard let next = pending.popFirst() else {
                    throw TemplateError("not enough arguments for format string")
                }
                value = next
            }
            let text = try directive.format(value, interpreter)
            try interpreter.budget.allocate(text.utf8.count)
            result += text
        }
        let isContainer: Bool
        switch values {
        case .dictionary, .list, .range, .undefined: isContainer = true
        default: isContainer = false
        }
        guard pending.isEmpty || usesMapping || isContainer else {
            throw TemplateError("not all arguments converted during string formatting")
        }
        return result
    }

    /// One `%` directive: flags, width, precision and conversion.
    private struct Directive {
        private var isLeft = false
        private var hasZeros = false
        private var isAlternate = false
        private var sign = ""
        private var width = 0
        private var precision: Int?
        private(set) var conversion: Unicode.Scalar = "%"

        init(_ source: inout ArraySlice<Unicode.Scalar>, _ values: inout ArraySlice<Value>) throws(TemplateError) {
            flags: while let flag = source.first {
                switch flag {
                case "-": isLeft = true
                case "0": hasZeros = true
                case "#": isAlternate = true
                case "+": sign = "+"
                case " ": if sign.isEmpty { sign = " " }
                default: break flags
                }
                source.removeFirst()
            }
            width = try Self.takeNumber(&source, &values) ?? 0
            if width < 0 {
                isLeft = true
                width = -width
            }
            if source.first == "." {
                source.removeFirst()
                precision = Swift.max(try Self.takeNumber(&source, &values) ?? 0, 0)
            }
            while let letter = source.first, letter == "h" || letter == "l" || letter == "L" { source.removeFirst() }
            guard let conversion = source.popFirst() else { throw TemplateError("incomplete format") }
            self.conversion = conversion
        }

        private static func takeNumber(
            _ source: inout ArraySlice<Unicode.Scalar>, _ values: inout ArraySlice<Value>
        ) throws(TemplateError) -> Int? {
            guard source.first == "*" else { return try FormatSpecification.takeNumber(&source) }
            source.removeFirst()
            guard let number = values.popFirst()?.integerValue else { throw TemplateError("* wants int") }
            guard number.magnitude <= 100_000 else { throw TemplateError("width too big") }
            return number
        }

        func format(_ value: Value, _ interpreter: Interpreter) throws(TemplateError) -> String {
            try interpreter.budget.allocate(width * 4 + (precision ?? 0))
            switch conversion {
            case "s": return pad("", cut(try interpreter.string(value)), zeros: false)
            case "r", "a":
                return pad("", cut(try Representation.representation(of: value, interpreter.budget)), zeros: false)
            case "d", "i", "u":
                guard let number = value.integerValue ?? Self.truncated(value) else {
                    throw numberError("a real number", value)
                }
                return integer(String(number.magnitude), number < 0, "")
            case "x", "X", "o":
                guard let number = value.integerValue else { throw numberError("an integer", value) }
                let digits = String(number.magnitude, radix: conversion == "o" ? 8 : 16, uppercase: conversion == "X")
                return integer(digits, number < 0, isAlternate ? "0\(conversion)" : "")
            case "e", "E", "f", "F", "g", "G":
                guard let number = value.numberValue else {
                    if case .undefined(let undefined) = value { throw undefined.error }
                    throw TemplateError("must be real number, not \(value.typeName)")
                }
                let isNegative = number.sign == .minus && !number.isNaN
                let digits =
                    number.isFinite
                    ? PythonFloat.formatted(
                        number.magnitude, Character(conversion), precision: precision ?? 6, alternate: isAlternate)
                    : number.isNaN ? "nan" : "inf"
                return pad(isNegative ? "-" : sign, digits, zeros: hasZeros && number.isFinite)
            case "c":
                if case .string(let text) = value, text.unicodeScalars.count == 1 { return pad("", text, zeros: false) }
                guard let number = value.integerValue, let scalar = Unicode.Scalar(UInt32(exactly: number) ?? .max)
                else { throw TemplateError("%c requires int or char") }
                return pad("", String(scalar), zeros: false)
            default:
                throw TemplateError("unsupported format character '\(conversion)'")
            }
        }

        private static func truncated(_ value: Value) -> Int? {
            guard case .float(let number) = value else { return nil }
            return Int(exactly: number.rounded(.towardZero))
        }

        private func numberError(_ wanted: String, _ value: Value) -> TemplateError {
            if case .undefined(let undefined) = value { return undefined.error }
            return TemplateError("%\(conversion) format: \(wanted) is required, not \(value.typeName)")
        }

        private func cut(_ text: String) -> String {
            precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
        }

        private func integer(_ digits: String, _ isNegative: Bool, _ prefix: String) -> String {
            let zeros = Swift.max((precision ?? 0) - digits.utf8.count, 0)
            return pad(
                (isNegative ? "-" : sign) + prefix, String(repeating: "0", count: zeros) + digits, zeros: hasZeros)
        }

        private func pad(_ prefix: String, _ body: String, zeros: Bool) -> String {
            let missing = width - prefix.unicodeScalars.count - body.unicodeScalars.count
            guard missing > 0 else { return prefix + body }
            if isLeft { return prefix + body + String(repeating: " ", count: missing) }
            if zeros { return prefix + String(repeating: "0", count: missing) + body }
            return String(repeating: " ", count: missing) + prefix + body
        }
    }
}
