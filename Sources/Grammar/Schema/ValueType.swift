import JSON

/// The types of JSON Schema.
enum ValueType: String, Sendable {
    case null, boolean, integer, number, string, array, object

    /// Those that together hold every value.
    static let all: Set<ValueType> = [.null, .boolean, .number, .string, .array, .object]

    /// The types that are in both sets; an integer is a number.
    static func intersection(_ left: Set<ValueType>, _ right: Set<ValueType>) -> Set<ValueType> {
        var both = left.intersection(right)
        if left.contains(.number) && right.contains(.integer) || left.contains(.integer) && right.contains(.number) {
            both.insert(.integer)
        }
        if both.contains(.number) { both.remove(.integer) }
        return both
    }

    static func contains(_ types: Set<ValueType>, _ value: JSONValue) -> Bool {
        switch value {
        case .null: types.contains(.null)
        case .bool: types.contains(.boolean)
        case .integer: types.contains(.integer) || types.contains(.number)
        case .number(let number): types.contains(.number) || types.contains(.integer) && number == number.rounded()
        case .string: types.contains(.string)
        case .array: types.contains(.array)
        case .object: types.contains(.object)
        }
    }
}
