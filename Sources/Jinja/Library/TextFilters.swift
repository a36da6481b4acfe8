/// Filters of text; other values are printed first.
extension Filters {
    static let textFilters: [String: Filter] = [
        "upper": text("upper", PythonText.upper), "lower": text("lower", PythonText.lower),
        "capitalize": text("capitalize", PythonText.capitalize),
        "title": text("title", title), "escape": text("escape", PythonText.escapeHTML),
        "e": text("e", PythonText.escapeHTML), "forceescape": text("forceescape", PythonText.escapeHTML),
        "safe": text("safe") { $0 },
        "striptags": text("striptags", stripTags),
        "trim": { (value, arguments, interpreter) throws(TemplateError) in
            let characters = try arguments.bound(to: ["chars"], of: "trim")[0]
            let text = try interpreter.string(value)
            try interpreter.budget.allocate(text.utf8.count)
            if case .none? = characters { return .string(PythonText.strip(text, nil, .both)) }
            return .string(
                PythonText.strip(
                    text, try characters.map { value throws(TemplateError) in try StringMethods.textArgument(value) },
                    .both))
        },
        "replace": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["old", "new", "count"], required: 2, of: "replace")
            return .string(
                try PythonText.replace(
                    try interpreter.string(value), try interpreter.string(bound[0] ?? .none),
                    try interpreter.string(bound[1] ?? .none),
                    limit: try StringMethods.integerArgument(bound[2], default: -1), interpreter.budget))
        },
        "center": { (value, arguments, interpreter) throws(TemplateError) in
            let width = try arguments.bound(to: ["width"], of: "center")[0]
            return .string(
                try PythonText.pad(
                    try interpreter.string(value), to: try StringMethods.integerArgument(width, default: 80), .center,
                    interpreter.budget))
        },
        "format": { (value, arguments, interpreter) throws(TemplateError) in
            guard arguments.positional.isEmpty || arguments.keywords.isEmpty else {
                throw TemplateError("can't handle positional and keyword arguments at the same time")
            }
            var named = Value.Dictionary()
            for (name, value) in arguments.keywords { named.set(name, value) }
            return .string(
                try PercentFormat.format(
                    try interpreter.string(value),
                    arguments.keywords.isEmpty ? .tuple(arguments.positional) : .dictionary(named), interpreter))
        },
        "indent": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["width", "first", "blank"], of: "indent")
            guard case .string(let text) = value else {
                if case .undefined(let undefined) = value { throw undefined.error }
                throw TemplateError("can only indent a string, not \(value.typeName)")
            }
            var indentation: String
            if case .string(let given)? = bound[0] {
                indentation = given
            } else {
                let width = Swift.max(try StringMethods.integerArgument(bound[0], default: 4), 0)
                try interpreter.budget.allocate(width)
                indentation = String(repeating: " ", count: width)
            }
            return .string(
                try indent(
                    text, indentation, first: bound[1]?.isTrue ?? false, blank: bound[2]?.isTrue ?? false,
                    interpreter.budget))
        },
        "truncate": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["length", "killwords", "end", "leeway"], of: "truncate")
            let length = try StringMethods.integerArgument(bound[0], default: 255)
            let end = try interpreter.string(bound[2] ?? .string("..."))
            let endCount = end.unicodeScalars.count
            let leeway = try StringMethods.integerArgument(bound[3], default: 5)
            guard length >= endCount else { throw TemplateError("expected length >= \(endCount), got \(length)") }
            guard leeway >= 0 else { throw TemplateError("expected leeway >= 0, got \(leeway)") }
            let (longest, overflows) = length.addingReportingOverflow(leeway)
            let count = try interpreter.length(of: value)
            if overflows || count <= longest { return value }
            guard case .string(let text) = value else {
                throw TemplateError("can only truncate a string, not \(value.typeName)")
            }
            try interpreter.budget.allocate(text.utf8.count)
            let cut = String(text.unicodeScalars.prefix(length - endCount))
            let killsWords = bound[1]?.isTrue ?? false
            return .string((killsWords ? cut : PythonText.splitFromRight(cut, " ", limit: 1)[0]) + end)
        },
        "wordcount": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "wordcount")
            var count = 0
            var isInWord = false
            for scalar in try interpreter.string(value).unicodeScalars {
                let isPart = scalar == "_" || scalar.isAlphabetic || scalar.isNumeric
                if isPart, !isInWord { count += 1 }
                isInWord = isPart
            }
            return .integer(count)
        },
        "wordwrap": { (value, arguments, interpreter) throws(TemplateError) in
            let names = ["width", "break_long_words", "wrapstring", "break_on_hyphens"]
            let bound = try arguments.bound(to: names, of: "wordwrap")
            let width = try StringMethods.integerArgument(bound[0], default: 79)
            guard width > 0 else { throw TemplateError("invalid width \(width) (must be > 0)") }
            guard case .string(let text) = value else {
                if case .undefined(let undefined) = value { throw undefined.error }
                throw TemplateError("'\(value.typeName)' object has no attribute 'splitlines'")
            }
            try interpreter.budget.allocate(text.utf8.count, times: 4)
            let wrapper = WordWrap(
                width: width, breaksLongWords: bound[1]?.isTrue ?? true, breaksOnHyphens: bound[3]?.isTrue ?? true)
            let lines = PythonText.lines(text).map(wrapper.lines(of:))
            let separator = try interpreter.string(
                bound[2].flatMap { if case .none = $0 { nil } else { $0 } } ?? .string("\n"))
            try interpreter.budget.allocate(lines.reduce(lines.count) { $0 + $1.count }, times: separator.utf8.count)
            return .string(lines.map { $0.joined(separator: separator) }.joined(separator: separator))
        },
        "urlencode": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "urlencode")
            let pairs: [Value]
            switch value {
            case .dictionary(let dictionary): pairs = DictionaryView(.items, of: dictionary).elements
            case .list, .tuple, .generator, .view, .range, .undefined: pairs = try interpreter.elements(of: value)
            default:
                let text = try interpreter.string(value)
                try interpreter.budget.allocate(text.utf8.count, times: 3)
                return .string(percentEncoded(text, keepsSlash: true))
            }
            var parts: [String] = []
            for pair in pairs {
                let elements = try interpreter.elements(of: pair)
                guard elements.count == 2 else { throw TemplateError("not enough values to unpack (expected 2)") }
                let key = try interpreter.string(elements[0])
                let text = try interpreter.string(elements[1])
                try interpreter.budget.allocate(key.utf8.count + text.utf8.count, times: 3)
                parts.append(
                    percentEncoded(key, keepsSlash: false, plus: true) + "="
                        + percentEncoded(text, keepsSlash: false, plus: true))
            }
            return .string(parts.joined(separator: "&"))
        },
    ]

    private static func text(_ name: String, _ transform: @escaping @Sendable (String) -> String) -> Filter {
        { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: name)
            let text = try interpreter.string(value)
            try interpreter.budget.allocate(text.utf8.count, times: 2)
            return .string(transform(text))
        }
    }

    /// jinja2's own: words begin after `-`, white space and opening brackets.
    private static func title(_ text: String) -> String {
        var words: [[Unicode.Scalar]] = [[]]
        var wasSeparator = false
        for scalar in text.unicodeScalars {
            let isSeparator = scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
            if isSeparator != wasSeparator { words.append([]) }
            words[words.count - 1].append(scalar)
            wasSeparator = isSeparator
        }
        return words.map { word in
            word.prefix(1).map(\.properties.uppercaseMapping).joined() + PythonText.lower(String(word.dropFirst()))
        }.joined()
    }

    private static func stripTags(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "<" {
                let isComment = String(rest.prefix(4)) == "<!--"
                let bytes = Array(String(rest).utf8)
                guard let end = TextSearch(isComment ? "-->" : ">").first(in: bytes, from: 0) else {
                    result.append(contentsOf: rest)
                    break
                }
                let length = end + (isComment ? 3 : 1)
                rest =
                    rest[
                        rest.index(
                            rest.startIndex,
                            offsetBy: String(decoding: bytes[..<length], as: UTF8.self).unicodeScalars.count)...]
            } else {
                result.append(scalar)
                rest.removeFirst()
            }
        }
        let words = PythonText.words(String(result)).joined(separator: " ")
        let entities = [
            ("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&quot;", "\""), ("&amp;", "&"),
        ]
        return entities.reduce(words) { text, entity in PythonText.split(text, entity.0).joined(separator: entity.1) }
    }

    private static func indent(
        _ text: String, _ indentation: String, first: Bool, blank: Bool, _ budget: Budget
    ) throws(TemplateError) -> String {
        try budget.allocate(text.utf8.count, times: 8)
        var lines = PythonText.lines(text + "\n")
        try budget.allocate(lines.count, times: indentation.utf8.count + 1)
        for index in lines.indices.dropFirst() where blank || !lines[index].isEmpty {
            lines[index] = indentation + lines[index]
        }
        return (first ? indentation : "") + lines.joined(separator: "\n")
    }

    private static func percentEncoded(_ text: String, keepsSlash: Bool, plus: Bool = false) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: "/") where keepsSlash: result.append(byte)
            case UInt8(ascii: " ") where plus: result.append(UInt8(ascii: "+"))
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
