import Glibc

/// The functions that every chat template may call, as transformers provides them.
enum Globals {
    static let names = ["raise_exception", "strftime_now", "namespace", "range", "dict", "cycler", "joiner"]

    static func value(named name: String) -> Value? {
        switch name {
        case "raise_exception":
            function(name) { (arguments, interpreter) throws(TemplateError) in
                let message = try arguments.bound(to: ["message"], required: 1, of: name)[0] ?? .none
                throw TemplateError(try interpreter.string(message), kind: .raised)
            }
        case "strftime_now":
            function(name) { (arguments, _) throws(TemplateError) in
                let format = try arguments.bound(to: ["format"], required: 1, of: name)[0]
                return .string(currentTime(try StringMethods.textArgument(format)))
            }
        case "namespace":
            function(name) { (arguments, interpreter) throws(TemplateError) in
                let attributes = try makeDictionary(arguments, interpreter)
                for case .string(let name) in attributes.keys { try checkNamespaceName(name) }
                return try interpreter.makeNamespace(attributes)
            }
        case "range": function(name, makeRange)
        case "dict": .object(DictionaryType())
        case "cycler":
            function(name) { (arguments, _) throws(TemplateError) in
                guard !arguments.positional.isEmpty else {
                    throw TemplateError("at least one item has to be provided")
                }
                return .object(Cycler(arguments.positional))
            }
        case "joiner":
            function(name) { (arguments, interpreter) throws(TemplateError) in
                let separator = try arguments.bound(to: ["sep"], of: name)[0] ?? .string(", ")
                return .object(Joiner(separator))
            }
        default: nil
        }
    }

    private static func function(_ name: String, _ body: @escaping Function.Body) -> Value {
        .object(Function(name, body))
    }

    static func checkNamespaceName(_ name: String) throws(TemplateError) {
        guard !name.hasPrefix("_") else {
            throw TemplateError(
                "Chat templates cannot store underscore-prefixed attributes on a namespace, but got '\(name)'. "
                    + "Please rename the attribute.")
        }
    }

    /// `dict(mapping or pairs, key=value…)`.
    static func makeDictionary(
        _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(TemplateError) -> Value.Dictionary {
        guard arguments.positional.count <= 1 else {
            throw TemplateError("dict expected at most 1 argument, got \(arguments.positional.count)")
        }
        var dictionary = Value.Dictionary()
        switch arguments.positional.first {
        case nil: break
        case .dictionary(let source)?: dictionary = source
        case let pairs?:
            for pair in try interpreter.elements(of: pairs) {
                let elements = try interpreter.elements(of: pair)
                guard elements.count == 2 else {
                    throw TemplateError(
                        "dictionary update sequence element has length \(elements.count); 2 is required")
                }
                try interpreter.budget.allocate(96)
                dictionary.set(elements[0], try HashKey(elements[0], interpreter.budget), elements[1])
            }
        }
        for (name, value) in arguments.keywords { dictionary.set(name, value) }
        return dictionary
    }

    static var dictionaryFromKeys: Value {
        function("fromkeys") { (arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["iterable", "value"], required: 1, of: "fromkeys")
            var dictionary = Value.Dictionary()
            for key in try interpreter.elements(of: bound[0] ?? .none) {
                try interpreter.budget.allocate(96)
                dictionary.set(key, try HashKey(key, interpreter.budget), bound[1] ?? .none)
            }
            return .dictionary(dictionary)
        }
    }

    private static func makeRange(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        var numbers: [Int] = []
        for argument in arguments.positional {
            guard let number = argument.integerValue else {
                if case .undefined(let undefined) = argument { throw undefined.error }
                throw TemplateError("'\(argument.typeName)' object cannot be interpreted as an integer")
            }
            numbers.append(number)
        }
        guard arguments.keywords.isEmpty else { throw TemplateError("range() takes no keyword arguments") }
        guard (1...3).contains(numbers.count) else {
            throw TemplateError("range expected at least 1 argument, got \(numbers.count)")
        }
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw TemplateError("range() arg 3 must not be zero") }
        guard
            let range = IntegerRange(
                start: numbers.count == 1 ? 0 : numbers[0], stop: numbers.count == 1 ? numbers[0] : numbers[1],
                step: step, limit: Budget.rangeLimit)
        else {
            throw TemplateError(
                "Range too big. The sandbox blocks ranges larger than MAX_RANGE (\(Budget.rangeLimit)).", kind: .limit)
        }
        return .range(range)
    }

    /// The local time in C's `strftime` notation.
    private static func currentTime(_ format: String) -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 256 + 16 * format.utf8.count)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
