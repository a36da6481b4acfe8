/// The filters of jinja2, after `|`.
enum Filters {
    typealias Filter = @Sendable (Value, Arguments, Interpreter) throws(TemplateError) -> Value

    static let table: [String: Filter] = [textFilters, sequenceFilters, selectionFilters, valueFilters]
        .reduce(into: [:]) { table, filters in table.merge(filters) { first, _ in first } }

    /// Filters of single values and of dictionaries.
    private static let valueFilters: [String: Filter] = [
        "default": defaultFilter, "d": defaultFilter,
        "abs": { (value, arguments, _) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "abs")
            if case .float(let number) = value { return .float(number.magnitude) }
            guard let number = value.integerValue else {
                if case .undefined(let undefined) = value { throw undefined.error }
                throw TemplateError("bad operand type for abs(): '\(value.typeName)'")
            }
            return number < 0 ? try Operators.negate(.integer(number)) : .integer(number)
        },
        "int": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["default", "base"], of: "int")
            return try integer(value, base: try StringMethods.integerArgument(bound[1], default: 10))
                ?? bound[0] ?? .integer(0)
        },
        "float": { (value, arguments, _) throws(TemplateError) in
            let bound = try arguments.bound(to: ["default"], of: "float")
            if case .undefined(let undefined) = value { throw undefined.error }
            if case .string(let text) = value, let number = PythonFloat.parse(text) { return .float(number) }
            return value.numberValue.map(Value.float) ?? bound[0] ?? .float(0)
        },
        "round": { (value, arguments, _) throws(TemplateError) in
            let bound = try arguments.bound(to: ["precision", "method"], of: "round")
            return try round(value, try StringMethods.integerArgument(bound[0], default: 0), bound[1])
        },
        "filesizeformat": { (value, arguments, _) throws(TemplateError) in
            let isBinary = try arguments.bound(to: ["binary"], of: "filesizeformat")[0]?.isTrue ?? false
            var size = value.numberValue
            if case .string(let text) = value { size = PythonFloat.parse(text) }
            if case .undefined(let undefined) = value { throw undefined.error }
            guard let size else { throw TemplateError("could not convert \(value.typeName) to float") }
            return .string(fileSize(size, isBinary))
        },
        "string": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "string")
            return .string(try interpreter.string(value))
        },
        "pprint": { (value, _, interpreter) throws(TemplateError) in
            .string(try Representation.representation(of: value, interpreter.budget))
        },
        "tojson": { (value, arguments, interpreter) throws(TemplateError) in
            let names = ["ensure_ascii", "indent", "separators", "sort_keys"]
            return try json(value, try arguments.bound(to: names, of: "tojson"), interpreter)
        },
        "attr": { (value, arguments, interpreter) throws(TemplateError) in
            let name = try StringMethods.textArgument(try arguments.bound(to: ["name"], required: 1, of: "attr")[0])
            if case .dictionary = value, !["keys", "values", "items", "get", "copy"].contains(name) {
                return .undefined(Undefined(.string(name), of: value))
            }
            return try interpreter.attribute(name, of: value)
        },
        "items": { (value, arguments, _) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "items")
            return lazily("do_items", value) { () throws(TemplateError) in
                switch value {
                case .undefined: return []
                case .dictionary(let dictionary): return DictionaryView(.items, of: dictionary).elements
                default: throw TemplateError("Can only get item pairs from a mapping.")
                }
            }
        },
        "dictsort": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort")
            guard case .dictionary(let dictionary) = value else {
                if case .undefined(let undefined) = value { throw undefined.error }
                throw TemplateError("'\(value.typeName)' object has no attribute 'items'")
            }
            var position = 0
            switch bound[1] {
            case nil, .string("key")?: break
            case .string("value")?: position = 1
            default: throw TemplateError("You can only sort by either \"key\" or \"value\"")
            }
            let isCaseSensitive = bound[0]?.isTrue ?? false
            return .list(
                try sorted(
                    DictionaryView(.items, of: dictionary).elements, reverse: bound[2]?.isTrue ?? false, interpreter
                ) { (pair) throws(TemplateError) in
                    guard case .tuple(let pair) = pair else { return pair }
                    return isCaseSensitive ? pair.elements[position] : ignoringCase(pair.elements[position])
                })
        },
        "xmlattr": { (value, arguments, interpreter) throws(TemplateError) in
            let hasSpace = try arguments.bound(to: ["autospace"], of: "xmlattr")[0]?.isTrue ?? true
            guard case .dictionary(let dictionary) = value else {
                throw TemplateError("'\(value.typeName)' object has no attribute 'items'")
            }
            var parts: [String] = []
            for (key, value) in zip(dictionary.keys, dictionary.values) where !value.isUndefined {
                if case .none = value { continue }
                let name = try interpreter.string(key)
                guard !name.unicodeScalars.contains(where: { $0.value <= 32 || "/>=".unicodeScalars.contains($0) })
                else {
                    throw TemplateError("Invalid character in attribute name: \(Representation.quoted(name))")
                }
                let text = PythonText.escapeHTML(try interpreter.string(value))
                try interpreter.budget.allocate(text.utf8.count + name.utf8.count)
                parts.append("\(PythonText.escapeHTML(name))=\"\(text)\"")
            }
            return .string((hasSpace && !parts.isEmpty ? " " : "") + parts.joined(separator: " "))
        },
    ]

    private static let defaultFilter: Filter = { (value, arguments, _) throws(TemplateError) in
        let bound = try arguments.bound(to: ["default_value", "boolean"], of: "default")
        let takesFalse = bound[1]?.isTrue ?? false
        return value.isUndefined || takesFalse && !value.isTrue ? bound[0] ?? .string("") : value
    }

    // MARK: Numbers

    /// Nil where Python's conversions fail.
    private static func integer(_ value: Value, base: Int) throws(TemplateError) -> Value? {
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .string(let text):
            if let number = PythonFloat.parseInteger(text, base: base) { return .integer(number) }
            return PythonFloat.parse(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map(Value.integer)
        case .float(let number):
            if number.isInfinite { throw TemplateError("cannot convert float infinity to integer") }
            return Int(exactly: number.rounded(.towardZero)).map(Value.integer)
        default: return value.integerValue.map(Value.integer)
        }
    }

    private static func round(_ value: Value, _ precision: Int, _ method: Value?) throws(TemplateError) -> Value {
        var name = "common"
        if case .string(let text)? = method { name = text }
        guard ["common", "ceil", "floor"].contains(name) else {
            throw TemplateError("method must be common, ceil or floor")
        }
        guard abs(precision) <= 300 else { throw TemplateError("precision out of range") }
        guard let number = value.numberValue else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw TemplateError("type \(value.typeName) doesn't define __round__ method")
        }
        let scale = power(ofTen: abs(precision))
        if name == "common" {
            if let integer = value.integerValue {
                guard precision < 0 else { return .integer(integer) }
                return .integer(Int(exactly: (number / scale).rounded(.toNearestOrEven) * scale) ?? integer)
            }
            guard number.isFinite, precision >= 0 else {
                return .float((number / scale).rounded(.toNearestOrEven) * scale)
            }
            return .float(Double(PythonFloat.formatted(number, "f", precision: precision)) ?? number)
        }
        let rule: FloatingPointRoundingRule = name == "ceil" ? .up : .down
        return .float(
            precision >= 0 ? (number * scale).rounded(rule) / scale : (number / scale).rounded(rule) * scale)
    }

    private static func power(ofTen exponent: Int) -> Double {
        Double("1e\(exponent)") ?? .infinity
    }

    private static func fileSize(_ size: Double, _ isBinary: Bool) -> String {
        let base: Double = isBinary ? 1024 : 1000
        if size == 1 { return "1 Byte" }
        if size < base { return "\(Int(size)) Bytes" }
        let prefixes =
            isBinary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
        var unit = base
        for prefix in prefixes {
            unit *= base
            if size < unit || prefix == prefixes.last {
                return PythonFloat.formatted(base * size / unit, "f", precision: 1) + " " + prefix
            }
        }
        return ""
    }

    private static func json(
        _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
    ) throws(TemplateError) -> Value {
        var writer = JSONText(interpreter.budget)
        writer.ensuresASCII = bound[0]?.isTrue ?? false
        switch bound[1] {
        case nil, .some(.none): break
        case .string(let text)?: writer.indentation = text
        case let width?:
            let count = Swift.max(try StringMethods.integerArgument(width, default: 0), 0)
            try interpreter.budget.allocate(count)
            writer.indentation = String(repeating: " ", count: count)
        }
        if writer.indentation != nil { writer.itemSeparator = "," }
        if let separators = bound[2], separators.isTrue {
            let parts = try interpreter.elements(of: separators)
            guard parts.count == 2 else { throw TemplateError("separators must be two strings") }
            writer.itemSeparator = try StringMethods.textArgument(parts[0])
            writer.keySeparator = try StringMethods.textArgument(parts[1])
        }
        writer.sortsKeys = bound[3]?.isTrue ?? false
        return .string(try writer.text(of: value))
    }

    // MARK: Shared

    static func ignoringCase(_ value: Value) -> Value {
        if case .string(let text) = value { .string(PythonText.lower(text)) } else { value }
    }

    /// Sorts by keys, stably; `reverse` keeps the order of equals too, as Python does.
    static func sorted(
        _ elements: [Value], reverse: Bool, _ interpreter: Interpreter,
        by key: (Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> [Value] {
        try interpreter.budget.allocate(elements.count, times: 64)
        var entries: [(key: Value, element: Value)] = []
        for element in reverse ? elements.reversed() : elements { entries.append((try key(element), element)) }
        try StableSort.sort(&entries) { (left, right) throws(TemplateError) in
            try Operators.order(left.key, right.key, "<", interpreter.budget).map { $0 < 0 } ?? false
        }
        let sorted = entries.map(\.element)
        return reverse ? sorted.reversed() : sorted
    }

    /// The getter of `attribute=`: parts between dots, numbers being elements. Nil gives the value itself.
    static func getter(
        _ attribute: Value?, default defaultValue: Value? = nil, _ interpreter: Interpreter
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value {
        var parts: [Value] = []
        switch attribute {
        case nil, .some(.none): break
        case .string(let path)?:
            for part in PythonText.split(path, ".") {
                let isNumber = !part.isEmpty && part.unicodeScalars.allSatisfy(\.isASCIIDigit)
                parts.append(isNumber ? Int(part).map(Value.integer) ?? .string(part) : .string(part))
            }
        case let key?: parts = [key]
        }
        var replacement = defaultValue
        if case .none? = defaultValue { replacement = nil }
        return { [replacement, parts] (value) throws(TemplateError) in
            var value = value
            for part in parts {
                value = try interpreter.item(part, of: value)
                if let replacement, value.isUndefined { value = replacement }
            }
            return value
        }
    }
}
