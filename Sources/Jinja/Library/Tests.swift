/// The tests of jinja2, after `is`.
enum Tests {
    typealias Test = @Sendable (Value, Arguments, Interpreter) throws(TemplateError) -> Bool

    static let table: [String: Test] = kinds.merging(comparisons) { first, _ in first }

    private static let kinds: [String: Test] = [
        "defined": plain("defined") { !$0.isUndefined },
        "undefined": plain("undefined") { $0.isUndefined },
        "none": plain("none") { if case .none = $0 { true } else { false } },
        "boolean": plain("boolean") { if case .boolean = $0 { true } else { false } },
        "true": plain("true") { if case .boolean(true) = $0 { true } else { false } },
        "false": plain("false") { if case .boolean(false) = $0 { true } else { false } },
        "integer": plain("integer") { if case .integer = $0 { true } else { false } },
        "float": plain("float") { if case .float = $0 { true } else { false } },
        "number": plain("number") { $0.numberValue != nil },
        "string": plain("string") { if case .string = $0 { true } else { false } },
        "mapping": plain("mapping") { if case .dictionary = $0 { true } else { false } },
        "escaped": plain("escaped") { _ in false },
        "callable": plain("callable") {
            switch $0 {
            case .object(let object): object.isCallable
            case .undefined: true
            default: false
            }
        },
        "sequence": plain("sequence") {
            switch $0 {
            case .undefined, .string, .list, .tuple, .dictionary, .range: true
            default: false
            }
        },
        "iterable": plain("iterable") {
            switch $0 {
            case .none, .boolean, .integer, .float: false
            case .object(let object): object is LoopState
            default: true
            }
        },
        "lower": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "lower")
            return StringMethods.isLower(try interpreter.string(value))
        },
        "upper": { (value, arguments, interpreter) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: "upper")
            return StringMethods.isUpper(try interpreter.string(value))
        },
        "filter": { (value, _, _) in
            if case .string(let name) = value { Filters.table[name] != nil } else { false }
        },
        "test": { (value, _, _) in
            if case .string(let name) = value { table[name] != nil } else { false }
        },
    ]

    private static let comparisons: [String: Test] = [
        "odd": { (value, _, interpreter) throws(TemplateError) in
            try remainder(of: value, by: .integer(2), isEqualTo: 1, interpreter)
        },
        "even": { (value, _, interpreter) throws(TemplateError) in
            try remainder(of: value, by: .integer(2), isEqualTo: 0, interpreter)
        },
        "divisibleby": { (value, arguments, interpreter) throws(TemplateError) in
            let divisor = try arguments.bound(to: ["num"], required: 1, of: "divisibleby")[0] ?? .none
            return try remainder(of: value, by: divisor, isEqualTo: 0, interpreter)
        },
        "sameas": { (value, arguments, interpreter) throws(TemplateError) in
            let other = try arguments.bound(to: ["other"], required: 1, of: "sameas")[0] ?? .none
            guard value.typeName == other.typeName else { return false }
            return try Operators.areEqual(value, other, interpreter.budget)
        },
        "in": { (value, arguments, interpreter) throws(TemplateError) in
            let container = try arguments.bound(to: ["seq"], required: 1, of: "in")[0] ?? .none
            return try Operators.contains(container, value, interpreter)
        },
        "==": comparison(.equal), "eq": comparison(.equal), "equalto": comparison(.equal),
        "!=": comparison(.notEqual), "ne": comparison(.notEqual),
        "<": comparison(.less), "lt": comparison(.less), "lessthan": comparison(.less),
        "<=": comparison(.lessOrEqual), "le": comparison(.lessOrEqual),
        ">": comparison(.greater), "gt": comparison(.greater), "greaterthan": comparison(.greater),
        ">=": comparison(.greaterOrEqual), "ge": comparison(.greaterOrEqual),
    ]

    private static func plain(_ name: String, _ predicate: @escaping @Sendable (Value) -> Bool) -> Test {
        { (value, arguments, _) throws(TemplateError) in
            _ = try arguments.bound(to: [], of: name)
            return predicate(value)
        }
    }

    private static func comparison(_ operation: Comparison) -> Test {
        { (value, arguments, interpreter) throws(TemplateError) in
            let other = try arguments.bound(to: ["other"], required: 1, of: operation.rawValue)[0] ?? .none
            return try Operators.compare(operation, value, other, interpreter)
        }
    }

    private static func remainder(
        of value: Value, by divisor: Value, isEqualTo expected: Int, _ interpreter: Interpreter
    ) throws(TemplateError) -> Bool {
        let remainder = try Operators.apply(.remainder, value, divisor, interpreter)
        return try Operators.areEqual(remainder, .integer(expected), interpreter.budget)
    }
}
