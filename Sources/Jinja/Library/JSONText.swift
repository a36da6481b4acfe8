import JSON

/// `json.dumps`, which transformers' `tojson` is.
struct JSONText {
    var ensuresASCII = false
    /// The text of one level of indentation; nil keeps everything on one line.
    var indentation: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    private let budget: Budget
    private var bytes: [UInt8] = []

    init(_ budget: Budget) {
        self.budget = budget
    }

    func text(of value: Value) throws(TemplateError) -> String {
        var writer = self
        try writer.write(value, level: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private mutating func append(_ text: String) throws(TemplateError) {
        try budget.allocate(text.utf8.count)
        bytes += text.utf8
    }

    private mutating func write(_ value: Value, level: Int) throws(TemplateError) {
        try budget.step()
        switch value {
        case .none: try append("null")
        case .boolean(let value): try append(value ? "true" : "false")
        case .integer(let number): try append(String(number))
        case .float(let number): try append(Self.text(of: number))
        case .string(let text): try writeString(text)
        case .list(let sequence), .tuple(let sequence):
            guard !sequence.elements.isEmpty else { return try append("[]") }
            try append("[")
            for (position, element) in sequence.elements.enumerated() {
                if position > 0 { try append(itemSeparator) }
                try writeLineBreak(level + 1)
                try write(element, level: level + 1)
            }
            try writeLineBreak(level)
            try append("]")
        case .dictionary(let dictionary): try write(dictionary, level)
        default: throw TemplateError("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private mutating func write(_ dictionary: Value.Dictionary, _ level: Int) throws(TemplateError) {
        guard dictionary.count > 0 else { return try append("{}") }
        var entries = Array(zip(dictionary.keys, dictionary.values))
        if sortsKeys {
            try StableSort.sort(&entries) { (left, right) throws(TemplateError) in
                try Operators.order(left.0, right.0, "<", budget).map { $0 < 0 } ?? false
            }
        }
        try append("{")
        for (position, (key, value)) in entries.enumerated() {
            if position > 0 { try append(itemSeparator) }
            try writeLineBreak(level + 1)
            switch key {
            case .string(let text): try writeString(text)
            case .none: try writeString("null")
            case .boolean(let value): try writeString(value ? "true" : "false")
            case .integer(let number): try writeString(String(number))
            case .float(let number): try writeString(Self.text(of: number))
            default:
                throw TemplateError("keys must be str, int, float, bool or None, not \(key.typeName)")
            }
            try append(keySeparator)
            try write(value, level: level + 1)
        }
        try writeLineBreak(level)
        try append("}")
    }

    private mutating func writeLineBreak(_ level: Int) throws(TemplateError) {
        guard let indentation else { return }
        try budget.allocate(level, times: indentation.utf8.count)
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<level { bytes += indentation.utf8 }
    }

    private mutating func writeString(_ text: String) throws(TemplateError) {
        try budget.allocate(text.utf8.count + 2)
        bytes.append(UInt8(ascii: "\""))
        if ensuresASCII {
            var escaped: [UInt8] = []
            escaped.appendEscaped(text)
            for scalar in String(decoding: escaped, as: UTF8.self).unicodeScalars {
                if scalar.value < 0x7f {
                    bytes.append(UInt8(scalar.value))
                } else {
                    for unit in UTF16.encode(scalar) ?? .init() {
                        let digits = String(unit, radix: 16)
                        try append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
                    }
                }
            }
        } else {
            bytes.appendEscaped(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func text(of number: Double) -> String {
        number.isNaN
            ? "NaN"
            : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : PythonFloat.representation(of: number)
    }
}
