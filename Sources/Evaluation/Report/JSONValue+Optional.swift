internal import JSON

extension JSONValue {
    init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }
    init(_ value: Int?) { self = value.map(JSONValue.integer) ?? .null }
    init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
}
