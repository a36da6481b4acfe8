import JSON

/// The methods of Python's strings.
enum StringMethods {
    typealias Method = @Sendable (String, Arguments, Interpreter) throws(TemplateError) -> Value

    static let table: [String: Method] = changes.merging(searches) { first, _ in first }
        .merging(questions) { first, _ in first }

    private static let changes: [String: Method] = [
        "upper": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "upper", PythonText.upper)
        },
        "lower": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "lower", PythonText.lower)
        },
        "casefold": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "casefold", PythonText.lower)
        },
        "capitalize": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "capitalize", PythonText.capitalize)
        },
        "title": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "title") { text in
                var isInWord = false
                return PythonText.recased(text) { scalar in
                    defer { isInWord = scalar.properties.isCased }
                    return isInWord ? .lower : .title
                }
            }
        },
        "swapcase": { (text, arguments, interpreter) throws(TemplateError) in
            try simple(text, arguments, interpreter, "swapcase") { text in
                PythonText.recased(text) { $0.isUppercase ? .lower : .upper }
            }
        },
        "strip": { (text, arguments, interpreter) throws(TemplateError) in
            try strip(text, arguments, interpreter, "strip", .both)
        },
        "lstrip": { (text, arguments, interpreter) throws(TemplateError) in
            try strip(text, arguments, interpreter, "lstrip", .left)
        },
        "rstrip": { (text, arguments, interpreter) throws(TemplateError) in
            try strip(text, arguments, interpreter, "rstrip", .right)
        },
        "removeprefix": { (text, arguments, _) throws(TemplateError) in
            let prefix = try textArgument(try arguments.bound(to: ["prefix"], required: 1, of: "removeprefix")[0])
            return .string(
                hasPrefix(text, prefix) ? String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : text
            )
        },
        "removesuffix": { (text, arguments, _) throws(TemplateError) in
            let suffix = try textArgument(try arguments.bound(to: ["suffix"], required: 1, of: "removesuffix")[0])
            return .string(
                hasSuffix(text, suffix) ? String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self) : text)
        },
        "replace": { (text, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["old", "new", "count"], required: 2, of: "replace")
            return .string(
                try PythonText.replace(
                    text, try textArgument(bound[0]), try textArgument(bound[1]),
                    limit: try integerArgument(bound[2], default: -1), interpreter.budget))
        },
        "center": { (text, arguments, interpreter) throws(TemplateError) in
            try pad(text, arguments, interpreter, "center", .center)
        },
        "ljust": { (text, arguments, interpreter) throws(TemplateError) in
            try pad(text, arguments, interpreter, "ljust", .left)
        },
        "rjust": { (text, arguments, interpreter) throws(TemplateError) in
            try pad(text, arguments, interpreter, "rjust", .right)
        },
        "zfill": { (text, arguments, interpreter) throws(TemplateError) in
            let width = try integerArgument(try arguments.bound(to: ["width"], required: 1, of: "zfill")[0], default: 0)
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
            let digits = hasSign ? String(text.dropFirst()) : text
            let padded = try PythonText.pad(
                digits, to: hasSign ? width - 1 : width, .right, with: "0", interpreter.budget)
            return .string((hasSign ? String(text.prefix(1)) : "") + padded)
        },
        "expandtabs": { (text, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["tabsize"], of: "expandtabs")
            let size = try integerArgument(bound[0], default: 8)
            var column = 0
            var result = ""
            for scalar in text.unicodeScalars {
                if scalar == "\t" {
                    let width = size > 0 ? size - column % size : 0
                    try interpreter.budget.allocate(width)
                    result += String(repeating: " ", count: width)
                    column += width
                } else {
                    result.unicodeScalars.append(scalar)
                    column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
                }
            }
            return .string(result)
        },
        "split": { (text, arguments, interpreter) throws(TemplateError) in
            let (separator, limit) = try splitArguments(arguments, "split", text, interpreter)
            guard let separator else { return strings(PythonText.words(text, limit: limit)) }
            return strings(PythonText.split(text, separator, limit: limit))
        },
        "rsplit": { (text, arguments, interpreter) throws(TemplateError) in
            let (separator, limit) = try splitArguments(arguments, "rsplit", text, interpreter)
            guard let separator else { return strings(PythonText.wordsFromRight(text, limit: limit)) }
            return strings(PythonText.splitFromRight(text, separator, limit: limit))
        },
        "splitlines": { (text, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["keepends"], of: "splitlines")
            try interpreter.budget.allocate(text.utf8.count, times: 8)
            return strings(PythonText.lines(text, keepingEnds: bound[0]?.isTrue ?? false))
        },
        "partition": { (text, arguments, _) throws(TemplateError) in
            let separator = try separatorArgument(try arguments.bound(to: ["sep"], required: 1, of: "partition")[0])
            let parts = PythonText.split(text, separator, limit: 1)
            return .tuple((parts.count == 2 ? [parts[0], separator, parts[1]] : [text, "", ""]).map(Value.string))
        },
        "rpartition": { (text, arguments, _) throws(TemplateError) in
            let separator = try separatorArgument(try arguments.bound(to: ["sep"], required: 1, of: "rpartition")[0])
            let parts = PythonText.splitFromRight(text, separator, limit: 1)
            return .tuple((parts.count == 2 ? [parts[0], separator, parts[1]] : ["", "", text]).map(Value.string))
        },
        "join": { (text, arguments, interpreter) throws(TemplateError) in
            let iterable = try arguments.bound(to: ["iterable"], required: 1, of: "join")[0] ?? .none
            var parts: [String] = []
            for (index, element) in try interpreter.elements(of: iterable).enumerated() {
                guard case .string(let part) = element else {
                    throw TemplateError("sequence item \(index): expected str instance, \(element.typeName) found")
                }
                parts.append(part)
                try interpreter.budget.allocate(part.utf8.count + text.utf8.count)
            }
            return .string(parts.joined(separator: text))
        },
        "format": { (text, arguments, interpreter) throws(TemplateError) in
            .string(try BraceFormat.format(text, arguments, interpreter))
        },
        "format_map": { (text, arguments, interpreter) throws(TemplateError) in
            guard case .dictionary(let mapping)? = arguments.positional.first else {
                throw TemplateError("format_map() takes exactly one argument")
            }
            var keywords = Arguments()
            for (key, value) in zip(mapping.keys, mapping.values) {
                if case .string(let name) = key { keywords.keywords.append((name, value)) }
            }
            return .string(try BraceFormat.format(text, keywords, interpreter))
        },
    ]

    private static let searches: [String: Method] = [
        "startswith": { (text, arguments, interpreter) throws(TemplateError) in
            try affix(text, arguments, interpreter, "startswith", hasPrefix)
        },
        "endswith": { (text, arguments, interpreter) throws(TemplateError) in
            try affix(text, arguments, interpreter, "endswith", hasSuffix)
        },
        "find": { (text, arguments, interpreter) throws(TemplateError) in
            .integer(try find(text, arguments, interpreter, "find") ?? -1)
        },
        "rfind": { (text, arguments, interpreter) throws(TemplateError) in
            .integer(try find(text, arguments, interpreter, "rfind", fromRight: true) ?? -1)
        },
        "index": { (text, arguments, interpreter) throws(TemplateError) in
            guard let index = try find(text, arguments, interpreter, "index") else {
                throw TemplateError("substring not found")
            }
            return .integer(index)
        },
        "rindex": { (text, arguments, interpreter) throws(TemplateError) in
            guard let index = try find(text, arguments, interpreter, "rindex", fromRight: true) else {
                throw TemplateError("substring not found")
            }
            return .integer(index)
        },
        "count": { (text, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["sub", "start", "end"], required: 1, of: "count")
            let part = try textArgument(bound[0])
            guard case .string(let window) = try window(text, bound[1], bound[2], interpreter) else {
                return .integer(0)
            }
            if part.isEmpty { return .integer(window.unicodeScalars.count + 1) }
            return .integer(TextSearch(part).all(in: Array(window.utf8)).count)
        },
    ]

    private static let questions: [String: Method] = [
        "isalpha": { (text, _, _) in .boolean(all(text, \.isAlphabetic)) },
        "isdecimal": { (text, _, _) in .boolean(all(text, \.isDecimal)) },
        "isdigit": { (text, _, _) in .boolean(all(text, \.isDigit)) },
        "isnumeric": { (text, _, _) in .boolean(all(text, \.isNumeric)) },
        "isspace": { (text, _, _) in .boolean(all(text, \.isPythonSpace)) },
        "isalnum": { (text, _, _) in .boolean(all(text) { $0.isAlphabetic || $0.isDigit || $0.isNumeric }) },
        "isascii": { (text, _, _) in .boolean(text.utf8.allSatisfy { $0 < 0x80 }) },
        "isprintable": { (text, _, _) in .boolean(text.unicodeScalars.allSatisfy(\.isPythonPrintable)) },
        "isidentifier": { (text, _, _) in
            let first = text.unicodeScalars.first
            let begins = first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
            return .boolean(begins && all(text, \.isIdentifierPart))
        },
        "islower": { (text, _, _) in .boolean(isLower(text)) },
        "isupper": { (text, _, _) in .boolean(isUpper(text)) },
        "istitle": { (text, _, _) in
            var isInWord = false
            var hasWord = false
            for scalar in text.unicodeScalars {
                if scalar.isUppercase || scalar.isTitlecase {
                    if isInWord { return .boolean(false) }
                    isInWord = true
                    hasWord = true
                } else if scalar.isLowercase {
                    if !isInWord { return .boolean(false) }
                } else {
                    isInWord = false
                }
            }
            return .boolean(hasWord)
        },
    ]

    static func isLower(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: \.isLowercase)
            && !text.unicodeScalars.contains { $0.isUppercase || $0.isTitlecase }
    }

    static func isUpper(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: \.isUppercase)
            && !text.unicodeScalars.contains { $0.isLowercase || $0.isTitlecase }
    }

    // MARK: Shared

    private static func all(_ text: String, _ predicate: (Unicode.Scalar) -> Bool) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy(predicate)
    }

    private static func simple(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String,
        _ transform: (String) -> String
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], of: name)
        try interpreter.budget.allocate(text.utf8.count)
        return .string(transform(text))
    }

    private static func strip(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String, _ side: PythonText.Side
    ) throws(TemplateError) -> Value {
        try interpreter.budget.allocate(text.utf8.count)
        let bound = try arguments.bound(to: ["chars"], of: name)
        return .string(PythonText.strip(text, try optionalText(bound[0]), side))
    }

    private static func pad(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String,
        _ alignment: PythonText.Alignment
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["width", "fillchar"], required: 1, of: name)
        let fill = try bound[1].map { value throws(TemplateError) in try textArgument(value) } ?? " "
        guard fill.unicodeScalars.count == 1, let scalar = fill.unicodeScalars.first else {
            throw TemplateError("The fill character must be exactly one character long")
        }
        return .string(
            try PythonText.pad(
                text, to: try integerArgument(bound[0], default: 0), alignment, with: scalar, interpreter.budget))
    }

    private static func splitArguments(
        _ arguments: Arguments, _ name: String, _ text: String, _ interpreter: Interpreter
    ) throws(TemplateError) -> (separator: String?, limit: Int) {
        let bound = try arguments.bound(to: ["sep", "maxsplit"], of: name)
        try interpreter.budget.allocate(text.utf8.count, times: 8)
        let separator = try optionalText(bound[0])
        if separator?.isEmpty == true { throw TemplateError("empty separator") }
        return (separator, try integerArgument(bound[1], default: -1))
    }

    private static func separatorArgument(_ value: Value?) throws(TemplateError) -> String {
        let separator = try textArgument(value)
        guard !separator.isEmpty else { throw TemplateError("empty separator") }
        return separator
    }

    static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        text.utf8.starts(with: prefix.utf8)
    }

    static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
        text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private static func affix(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String,
        _ matches: (String, String) -> Bool
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["affix", "start", "end"], required: 1, of: name)
        let affixes: [Value]
        switch bound[0] {
        case .tuple(let sequence)?: affixes = sequence.elements
        case let value?: affixes = [value]
        case nil: affixes = []
        }
        guard case .string(let window) = try window(text, bound[1], bound[2], interpreter) else {
            return .boolean(false)
        }
        for affix in affixes {
            guard case .string(let affix) = affix else {
                throw TemplateError("\(name) first arg must be str or a tuple of str, not \(affix.typeName)")
            }
            if matches(window, affix) { return .boolean(true) }
        }
        return .boolean(false)
    }

    private static func window(
        _ text: String, _ start: Value?, _ end: Value?, _ interpreter: Interpreter
    ) throws(TemplateError) -> Value {
        guard start != nil || end != nil else { return .string(text) }
        let start = try integerArgument(start, default: 0)
        guard start <= text.unicodeScalars.count else { return .none }
        return try interpreter.slice(
            .string(text), start: start, stop: try integerArgument(end, default: .max), step: nil)
    }

    /// The index in code points.
    private static func find(
        _ text: String, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String, fromRight: Bool = false
    ) throws(TemplateError) -> Int? {
        let bound = try arguments.bound(to: ["sub", "start", "end"], required: 1, of: name)
        let part = try textArgument(bound[0])
        guard case .string(let window) = try window(text, bound[1], bound[2], interpreter) else { return nil }
        let bytes = Array(window.utf8)
        let offset: Int?
        if fromRight {
            offset = TextSearch(reversedBytesOf: part).first(in: bytes.reversed(), from: 0)
                .map { bytes.count - $0 - part.utf8.count }
        } else {
            offset = TextSearch(part).first(in: bytes, from: 0)
        }
        guard let offset else { return nil }
        let count = text.unicodeScalars.count
        let start = try integerArgument(bound[1], default: 0)
        let base = start < 0 ? Swift.max(start + count, 0) : start
        return base + String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars.count
    }

    static func strings(_ parts: [String]) -> Value { .list(parts.map(Value.string)) }

    static func textArgument(_ value: Value?) throws(TemplateError) -> String {
        switch value {
        case .string(let text)?: return text
        case .undefined(let undefined)? where undefined.isForbidden: throw undefined.error
        case let value: throw TemplateError("a string is required, not \((value ?? .none).typeName)")
        }
    }

    private static func optionalText(_ value: Value?) throws(TemplateError) -> String? {
        if case .none? = value { return nil }
        return try value.map { value throws(TemplateError) in try textArgument(value) }
    }

    static func integerArgument(_ value: Value?, default defaultValue: Int) throws(TemplateError) -> Int {
        switch value {
        case nil, .some(.none): return defaultValue
        case .undefined(let undefined)?: throw undefined.error
        case let value?:
            guard let number = value.integerValue else {
                throw TemplateError("'\(value.typeName)' object cannot be interpreted as an integer")
            }
            return number
        }
    }
}
