/// Builds what Python's `str` and `repr` give for a value.
struct Representation {
    private let budget: Budget
    private var text = ""
    private var nesting = 0

    private init(_ budget: Budget) {
        self.budget = budget
    }

    static func string(of value: Value, _ budget: Budget) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .undefined: return ""
        case .integer(let number): return String(number)
        case .float(let number): return PythonFloat.representation(of: number)
        default: return try representation(of: value, budget)
        }
    }

    static func representation(of value: Value, _ budget: Budget) throws(TemplateError) -> String {
        var writer = Representation(budget)
        try writer.representation(of: value)
        return writer.text
    }

    /// A key for a message: scalars as `repr` gives them, the type of anything else.
    static func brief(_ value: Value) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .none: "None"
        case .boolean(let value): value ? "True" : "False"
        case .integer(let number): String(number)
        case .float(let number): PythonFloat.representation(of: number)
        default: value.typeName
        }
    }

    mutating func append(_ part: String) throws(TemplateError) {
        try budget.allocate(part.utf8.count)
        text += part
    }

    mutating func representation(of value: Value) throws(TemplateError) {
        try budget.step()
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Budget.representationLimit else {
            throw TemplateError("maximum recursion depth exceeded", kind: .limit)
        }
        switch value {
        case .undefined: try append("Undefined")
        case .none, .boolean, .integer, .float: try append(Self.brief(value))
        case .string(let text):
            try budget.allocate(text.utf8.count)
            try append(Self.quoted(text))
        case .list(let sequence): try appendElements(sequence.elements, "[", "]")
        case .tuple(let sequence):
            try appendElements(sequence.elements, "(", sequence.elements.count == 1 ? ",)" : ")")
        case .dictionary(let dictionary):
            try append("{")
            for (position, key) in dictionary.keys.enumerated() {
                if position > 0 { try append(", ") }
                try representation(of: key)
                try append(": ")
                try representation(of: dictionary.values[position])
            }
            try append("}")
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            try append("range(\(range.start), \(range.stop)\(step))")
        case .view(let view):
            try append(view.kind.typeName)
            try appendElements(view.elements, "([", "])")
        case .generator(let generator): try append("<generator object \(generator.name)>")
        case .object(let object): try object.represent(&self)
        }
    }

    private mutating func appendElements(
        _ elements: [Value], _ open: String, _ close: String
    ) throws(TemplateError) {
        try append(open)
        for (position, element) in elements.enumerated() {
            if position > 0 { try append(", ") }
            try representation(of: element)
        }
        try append(close)
    }

    /// A string literal as `repr` chooses it: single quotes unless only they occur within.
    static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var quoted = String.UnicodeScalarView()
        quoted.append(quote)
        for scalar in scalars {
            switch scalar {
            case quote, "\\":
                quoted.append("\\")
                quoted.append(scalar)
            case "\n": quoted.append(contentsOf: "\\n".unicodeScalars)
            case "\r": quoted.append(contentsOf: "\\r".unicodeScalars)
            case "\t": quoted.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isPythonPrintable: quoted.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                let zeros = String(repeating: "0", count: width - digits.utf8.count)
                quoted.append(contentsOf: "\\\(letter)\(zeros)\(digits)".unicodeScalars)
            }
        }
        quoted.append(quote)
        return String(quoted)
    }
}
