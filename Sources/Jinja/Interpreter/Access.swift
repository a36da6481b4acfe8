/// Attributes, elements, slices and iteration.
extension Interpreter {
    /// `value.name`: Python's attributes first, then the element of that name.
    func attribute(_ name: String, of value: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = value { throw undefined.error }
        if let found = ownAttribute(name, of: value) { return found }
        if case .dictionary(let dictionary) = value, let element = dictionary[name] { return element }
        return .undefined(Undefined(.string(name), of: value))
    }

    /// `value[key]`: the element first, then the attribute of that name.
    func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .dictionary(let dictionary):
            if let hash = try? HashKey(key, budget), let element = dictionary[hash] { return element }
        case .list(let sequence), .tuple(let sequence):
            if let index = position(key, in: sequence.elements.count) { return sequence.elements[index] }
        case .range(let range):
            if let index = position(key, in: range.count) { return range[index] }
        case .string(let text):
            if key.integerValue != nil {
                try budget.step(scanning: text.utf8.count)
                let scalars = text.unicodeScalars
                if let index = position(key, in: scalars.count) {
                    return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
                }
            }
        default: break
        }
        if case .string(let name) = key, let found = ownAttribute(name, of: value) { return found }
        return .undefined(Undefined(key, of: value))
    }

    /// An index counted from either end; nil outside.
    private func position(_ key: Value, in count: Int) -> Int? {
        guard let index = key.integerValue else { return nil }
        let position = index < 0 ? index + count : index
        return position >= 0 && position < count ? position : nil
    }

    private func ownAttribute(_ name: String, of value: Value) -> Value? {
        if name.hasPrefix("__"), name.hasSuffix("__"), name.utf8.count > 4 {
            if case .object(let object) = value, object is Namespace { return nil }
            return .undefined(Undefined(forbidden: name, of: value))
        }
        switch value {
        case .object(let object): return object.attribute(name)
        case .string(let text):
            guard let method = StringMethods.table[name] else { return nil }
            return .object(
                Function(name, typeName: "builtin_function_or_method") {
                    (arguments, interpreter) throws(TemplateError) in
                    try interpreter.budget.step(scanning: text.utf8.count)
                    return try method(text, arguments, interpreter)
                })
        case .dictionary(let dictionary):
            if ["clear", "pop", "popitem", "setdefault", "update"].contains(name) {
                return .undefined(Undefined(forbidden: name, of: value))
            }
            return ContainerMethods.method(name, of: dictionary)
        case .list(let sequence), .tuple(let sequence):
            if case .list = value,
                ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"].contains(name)
            {
                return .undefined(Undefined(forbidden: name, of: value))
            }
            if let index = sequence.fields.firstIndex(of: name) { return sequence.elements[index] }
            return ContainerMethods.method(name, of: sequence, value.typeName)
        case .range(let range):
            guard name == "count" || name == "index" else { return nil }
            return ContainerMethods.method(name, of: Value.Sequence(range.elements), value.typeName)
        default: return nil
        }
    }

    /// `value[start:stop:step]`.
    func slice(_ value: Value, start: Int?, stop: Int?, step: Int?) throws(TemplateError) -> Value {
        let step = step ?? 1
        guard step != 0 else { throw TemplateError("slice step cannot be zero") }
        func pick<Element>(_ elements: [Element]) throws(TemplateError) -> [Element] {
            let indices = Self.indices(elements.count, start: start, stop: stop, step: step)
            try budget.allocate(indices.count, times: 32)
            return indices.map { elements[$0] }
        }
        switch value {
        case .string(let text):
            try budget.allocate(text.utf8.count)
            return .string(String(try pick(Array(text.unicodeScalars))))
        case .list(let sequence): return .list(try pick(sequence.elements))
        case .tuple(let sequence): return .tuple(try pick(sequence.elements))
        case .range(let range):
            let (first, end) = Self.bounds(range.count, start: start, stop: stop, step: step)
            let (slicedStep, overflows) = range.step.multipliedReportingOverflow(by: step)
            guard !overflows,
                let sliced = IntegerRange(
                    start: range.start + first * range.step, stop: range.start + end * range.step, step: slicedStep,
                    limit: Budget.rangeLimit)
            else { throw TemplateError("an integer is beyond 64 bits") }
            return .range(sliced)
        case .undefined(let undefined): throw undefined.error
        case .dictionary: throw TemplateError("unhashable type: 'slice'")
        default: throw TemplateError("'\(value.typeName)' object is not subscriptable")
        }
    }

    /// The indices that a slice takes of `count` elements, in its order.
    private static func indices(_ count: Int, start: Int?, stop: Int?, step: Int) -> [Int] {
        let (first, end) = bounds(count, start: start, stop: stop, step: step)
        return Array(stride(from: first, to: end, by: Swift.max(-count - 1, Swift.min(step, count + 1))))
    }

    /// The first index of a slice and the one before which it ends.
    private static func bounds(_ count: Int, start: Int?, stop: Int?, step: Int) -> (first: Int, end: Int) {
        func clamp(_ bound: Int, _ lowest: Int, _ highest: Int) -> Int {
            Swift.min(Swift.max(bound < 0 ? bound + count : bound, lowest), highest)
        }
        if step > 0 { return (start.map { clamp($0, 0, count) } ?? 0, stop.map { clamp($0, 0, count) } ?? count) }
        return (start.map { clamp($0, -1, count - 1) } ?? count - 1, stop.map { clamp($0, -1, count - 1) } ?? -1)
    }

    /// What iterating over a value gives; a generator is used up by it.
    func elements(of value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .list(let sequence), .tuple(let sequence): return sequence.elements
        case .dictionary(let dictionary): return dictionary.keys
        case .view(let view):
            try budget.allocate(view.dictionary.count, times: 96)
            return view.elements
        case .range(let range):
            try budget.allocate(range.count, times: 24)
            return range.elements
        case .generator(let generator): return try generator.drain()
        case .string(let text):
            try budget.allocate(text.utf8.count, times: 24)
            return text.unicodeScalars.map { .string(String($0)) }
        case .undefined: return []
        default: throw TemplateError("'\(value.typeName)' object is not iterable")
        }
    }

    /// Python's `len`.
    func length(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .string(let text):
            try budget.step(scanning: text.utf8.count)
            return text.unicodeScalars.count
        case .list(let sequence), .tuple(let sequence): return sequence.elements.count
        case .dictionary(let dictionary): return dictionary.count
        case .view(let view): return view.dictionary.count
        case .range(let range): return range.count
        case .undefined: return 0
        case .object(let object):
            if let loop = object as? LoopState, case .integer(let length)? = loop.attribute("length") { return length }
            throw TemplateError("object of type '\(value.typeName)' has no len()")
        default: throw TemplateError("object of type '\(value.typeName)' has no len()")
        }
    }
}
