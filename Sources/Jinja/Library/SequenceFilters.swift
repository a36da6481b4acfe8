/// Filters of lists and other iterables.
extension Filters {
    static let sequenceFilters: [String: Filter] = [
        "length": lengthFilter, "count": lengthFilter,
        "first": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "first")
            let first: Value?
            switch value {
            case .generator(let generator): first = try generator.next()
            case .string(let text): first = text.unicodeScalars.first.map { .string(String($0)) }
            default: first = try interpreter.elements(of: value).first
            }
            return first ?? .undefined(Undefined(hint: "No first item, sequence was empty."))
        },
        "last": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "last")
            switch value {
            case .generator: throw TemplateError("'generator' object is not reversible")
            case .string(let text): if let last = text.unicodeScalars.last { return .string(String(last)) }
            default: if let last = try interpreter.elements(of: value).last { return last }
            }
            return .undefined(Undefined(hint: "No last item, sequence was empty."))
        },
        "random": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "random")
            return try interpreter.elements(of: value).randomElement()
                ?? .undefined(Undefined(hint: "No random item, sequence was empty."))
        },
        "list": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "list")
            return .list(try interpreter.elements(of: value))
        },
        "reverse": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "reverse")
            if case .string(let text) = value {
                try interpreter.budget.allocate(text.utf8.count)
                return .string(String(text.unicodeScalars.reversed()))
            }
            let elements = try interpreter.elements(of: value)
            try interpreter.budget.allocate(elements.count, times: 32)
            if case .generator = value { return .list(elements.reversed()) }
            return .generator(Generator("reversed", from: value) { () in elements.reversed() })
        },
        "join": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["d", "attribute"], of: "join")
            let separator = try interpreter.string(bound[0] ?? .string(""))
            let attribute = try getter(bound[1], interpreter)
            var parts: [String] = []
            for element in try interpreter.elements(of: value) {
                let part = try interpreter.string(try attribute(element))
                try interpreter.budget.allocate(part.utf8.count + separator.utf8.count + 16)
                parts.append(part)
            }
            return .string(parts.joined(separator: separator))
        },
        "sort": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], of: "sort")
            var getters: [(Value) throws(TemplateError) -> Value] = []
            if case .string(let paths)? = bound[2] {
                for path in PythonText.split(paths, ",") { getters.append(try getter(.string(path), interpreter)) }
            } else {
                getters.append(try getter(bound[2], interpreter))
            }
            let isCaseSensitive = bound[1]?.isTrue ?? false
            return .list(
                try sorted(try interpreter.elements(of: value), reverse: bound[0]?.isTrue ?? false, interpreter) {
                    (element) throws(TemplateError) in
                    var keys: [Value] = []
                    for getter in getters {
                        let key = try getter(element)
                        keys.append(isCaseSensitive ? key : ignoringCase(key))
                    }
                    return .list(keys)
                })
        },
        "unique": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["case_sensitive", "attribute"], of: "unique")
            return lazily("sync_do_unique", value) { () throws(TemplateError) in
                let attribute = try getter(bound[1], interpreter)
                var seen: Set<HashKey> = []
                var unique: [Value] = []
                for element in try interpreter.elements(of: value) {
                    let key = try attribute(element)
                    try interpreter.budget.allocate(64)
                    let hash = try HashKey(bound[0]?.isTrue ?? false ? key : ignoringCase(key), interpreter.budget)
                    if seen.insert(hash).inserted { unique.append(element) }
                }
                return unique
            }
        },
        "min": { (value, arguments, interpreter) throws(TemplateError) in
            try extreme(value, arguments, interpreter, "min") { $0 < 0 }
        },
        "max": { (value, arguments, interpreter) throws(TemplateError) in
            try extreme(value, arguments, interpreter, "max") { $0 > 0 }
        },
        "sum": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["attribute", "start"], of: "sum")
            let attribute = try getter(bound[0], interpreter)
            var sum = bound[1] ?? .integer(0)
            if case .string = sum { throw TemplateError("sum() can't sum strings [use ''.join(seq) instead]") }
            for element in try interpreter.elements(of: value) {
                sum = try Operators.apply(.add, sum, try attribute(element), interpreter)
            }
            return sum
        },
        "batch": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["linecount", "fill_with"], required: 1, of: "batch")
            return lazily("do_batch", value) { () throws(TemplateError) in
                try batches(
                    of: try interpreter.elements(of: value),
                    size: try StringMethods.integerArgument(bound[0], default: 0),
                    fill: fillValue(bound[1]), interpreter.budget)
            }
        },
        "slice": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["slices", "fill_with"], required: 1, of: "slice")
            return lazily("sync_do_slice", value) { () throws(TemplateError) in
                try slices(
                    of: try interpreter.elements(of: value),
                    count: try StringMethods.integerArgument(bound[0], default: 0),
                    fill: fillValue(bound[1]), interpreter.budget)
            }
        },
        "groupby": { (value, arguments, interpreter) throws(TemplateError) in
            let bound = try arguments.bound(to: ["attribute", "default", "case_sensitive"], required: 1, of: "groupby")
            let isCaseSensitive = bound[2]?.isTrue ?? false
            let attribute = try getter(bound[0], default: bound[1], interpreter)
            func key(_ element: Value) throws(TemplateError) -> Value {
                let key = try attribute(element)
                return isCaseSensitive ? key : ignoringCase(key)
            }
            let elements = try sorted(try interpreter.elements(of: value), reverse: false, interpreter, by: key)
            var groups: [(key: Value, elements: [Value])] = []
            for element in elements {
                let own = try key(element)
                if let last = groups.last, try Operators.areEqual(last.key, own, interpreter.budget) {
                    groups[groups.count - 1].elements.append(element)
                } else {
                    groups.append((own, [element]))
                }
            }
            var result: [Value] = []
            for group in groups {
                let name = try attribute(group.elements[0])
                result.append(.tuple(Value.Sequence([name, .list(group.elements)], fields: ["grouper", "list"])))
            }
            return .list(result)
        },
    ]

    private static let lengthFilter: Filter = { (value, arguments, interpreter) throws(TemplateError) in
        _ = try arguments.bound(to: [], of: "length")
        return .integer(try interpreter.length(of: value))
    }

    static func lazily(_ name: String, _ value: Value, _ source: @escaping Generator.Source) -> Value {
        .generator(Generator(name, from: value, source))
    }

    private static func batches(
        of elements: [Value], size: Int, fill: Value?, _ budget: Budget
    ) throws(TemplateError) -> [Value] {
        try budget.allocate(elements.count, times: 64)
        var batches: [[Value]] = []
        for element in elements {
            if let last = batches.last, last.count != size {
                batches[batches.count - 1].append(element)
            } else {
                batches.append([element])
            }
        }
        if let fill, let last = batches.last, last.count < size {
            try budget.allocate(size, times: 32)
            batches[batches.count - 1] += Array(repeating: fill, count: size - last.count)
        }
        return batches.map { .list($0) }
    }

    private static func slices(
        of elements: [Value], count: Int, fill: Value?, _ budget: Budget
    ) throws(TemplateError) -> [Value] {
        guard count != 0 else { throw TemplateError("integer division or modulo by zero") }
        try budget.allocate(Swift.max(count, 0), times: 64)
        try budget.allocate(elements.count, times: 32)
        var slices: [Value] = []
        var start = 0
        for number in 0..<Swift.max(count, 0) {
            let isLonger = number < elements.count % count
            let end = start + elements.count / count + (isLonger ? 1 : 0)
            var slice = Array(elements[start..<end])
            if let fill, !isLonger { slice.append(fill) }
            slices.append(.list(slice))
            start = end
        }
        return slices
    }

    private static func fillValue(_ value: Value?) -> Value? {
        if case .none? = value { nil } else { value }
    }

    private static func extreme(
        _ value: Value, _ arguments: Arguments, _ interpreter: Interpreter, _ name: String,
        _ wins: (Int) -> Bool
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "attribute"], of: name)
        let attribute = try getter(bound[1], interpreter)
        let isCaseSensitive = bound[0]?.isTrue ?? false
        var best: (key: Value, element: Value)?
        for element in try interpreter.elements(of: value) {
            let own = try attribute(element)
            let key = isCaseSensitive ? own : ignoringCase(own)
            guard let current = best else {
                best = (key, element)
                continue
            }
            let symbol = name == "min" ? "<" : ">"
            if let order = try Operators.order(key, current.key, symbol, interpreter.budget), wins(order) {
                best = (key, element)
            }
        }
        return best?.element ?? .undefined(Undefined(hint: "No aggregated item, sequence was empty."))
    }
}
