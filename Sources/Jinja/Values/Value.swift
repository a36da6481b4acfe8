import JSON

/// A Python value as far as templates know them. Lists and dictionaries are values: the sandbox forbids changing them.
enum Value {
    case undefined(Undefined)
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case list(Sequence)
    case tuple(Sequence)
    case dictionary(Dictionary)
    case range(IntegerRange)
    /// `keys()`, `values()` or `items()` of a dictionary.
    case view(DictionaryView)
    case generator(Generator)
    /// Everything with attributes or calls of its own: namespaces, macros, loops, functions, bound methods.
    case object(any TemplateObject)
}

extension Value {
    static func list(_ elements: [Value]) -> Value { .list(Sequence(elements)) }

    static func tuple(_ elements: [Value]) -> Value { .tuple(Sequence(elements)) }

    static func undefined(named name: String) -> Value { .undefined(Undefined(hint: "'\(name)' is undefined")) }

    /// The value of JSON: numbers, strings, lists and dictionaries.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map(Value.init))
        case .object(let members): self = .dictionary(Dictionary(members))
        }
    }

    /// Python's name of the type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .boolean: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .range: "range"
        case .view(let view): view.kind.typeName
        case .generator: "generator"
        case .object(let object): object.typeName
        }
    }

    /// The type as messages about missing attributes name it.
    var typeDescription: String {
        if case .none = self { "None" } else { typeName + " object" }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let sequence), .tuple(let sequence): !sequence.elements.isEmpty
        case .dictionary(let dictionary): dictionary.count > 0
        case .range(let range): range.count > 0
        case .view(let view): view.dictionary.count > 0
        case .generator, .object: true
        }
    }

    /// The integer that Python would take the value as in an index or count: integers and booleans.
    var integerValue: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    var numberValue: Double? {
        switch self {
        case .float(let value): value
        default: integerValue.map(Double.init)
        }
    }

    /// How deep containers nest in the value; bounded where values are stored, so that no recursion over them is deep.
    var depth: Int {
        switch self {
        case .list(let sequence), .tuple(let sequence): sequence.depth
        case .dictionary(let dictionary): dictionary.depth
        case .view(let view): view.dictionary.depth
        case .generator(let generator): generator.depth
        case .object(let object): object.depth
        default: 0
        }
    }
}
