/// The methods of dictionaries, lists and tuples that change nothing.
enum ContainerMethods {
    static func method(_ name: String, of dictionary: Value.Dictionary) -> Value? {
        func make(
            _ parameters: [String], _ required: Int,
            _ body: @escaping ([Value?], Interpreter) throws(TemplateError) -> Value
        ) -> Value {
            .object(
                Function(name, typeName: "builtin_function_or_method", depth: dictionary.depth) {
                    (arguments, interpreter) throws(TemplateError) in
                    try body(try arguments.bound(to: parameters, required: required, of: name), interpreter)
                })
        }
        switch name {
        case "keys": return make([], 0) { (_, _) in .view(DictionaryView(.keys, of: dictionary)) }
        case "values": return make([], 0) { (_, _) in .view(DictionaryView(.values, of: dictionary)) }
        case "items": return make([], 0) { (_, _) in .view(DictionaryView(.items, of: dictionary)) }
        case "copy": return make([], 0) { (_, _) in .dictionary(dictionary) }
        case "get":
            return make(["key", "default"], 1) { (bound, interpreter) throws(TemplateError) in
                dictionary[try HashKey(bound[0] ?? .none, interpreter.budget)] ?? bound[1] ?? .none
            }
        case "fromkeys": return Globals.dictionaryFromKeys
        default: return nil
        }
    }

    static func method(_ name: String, of sequence: Value.Sequence, _ typeName: String) -> Value? {
        func make(_ body: @escaping (Value, Int, Int, Interpreter) throws(TemplateError) -> Value) -> Value {
            .object(
                Function(name, typeName: "builtin_function_or_method", depth: sequence.depth) {
                    (arguments, interpreter) throws(TemplateError) in
                    let bound = try arguments.bound(to: ["value", "start", "stop"], required: 1, of: name)
                    return try body(
                        bound[0] ?? .none, try StringMethods.integerArgument(bound[1], default: 0),
                        try StringMethods.integerArgument(bound[2], default: .max), interpreter)
                })
        }
        switch name {
        case "count":
            return make { (value, _, _, interpreter) throws(TemplateError) in
                var count = 0
                for element in sequence.elements
                where try Operators.areEqual(element, value, interpreter.budget) { count += 1 }
                return .integer(count)
            }
        case "index":
            return make { (value, start, stop, interpreter) throws(TemplateError) in
                let count = sequence.elements.count
                let start = start < 0 ? Swift.max(start + count, 0) : start
                let stop = stop < 0 ? stop + count : Swift.min(stop, count)
                for index in sequence.elements.indices.dropFirst(start) where index < stop {
                    if try Operators.areEqual(sequence.elements[index], value, interpreter.budget) {
                        return .integer(index)
                    }
                }
                throw TemplateError("\(typeName).index(x): x not in \(typeName)")
            }
        case "copy" where typeName == "list":
            return .object(
                Function(name, typeName: "builtin_function_or_method", depth: sequence.depth) { (_, _) in
                    .list(sequence)
                })
        default: return nil
        }
    }
}
