/// Header fields in their order, with names compared without regard to case.
package struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }

    package var count: Int { fields.count }

    package var isEmpty: Bool { fields.isEmpty }

    package func makeIterator() -> Array<Field>.Iterator { fields.makeIterator() }

    /// Appends a field beside those of the same name.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of a name. Setting replaces every field of the name; nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { $0.name.equalsIgnoringCase(name) }?.value }
        set {
            guard let newValue else { return remove(name) }
            guard let first = fields.firstIndex(where: { $0.name.equalsIgnoringCase(name) }) else {
                return add(name, newValue)
            }
            fields[first].value = newValue
            let rest = fields[(first + 1)...].filter { !$0.name.equalsIgnoringCase(name) }
            fields.replaceSubrange((first + 1)..., with: rest)
        }
    }

    package func values(_ name: String) -> [String] {
        fields.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
    }

    package func contains(_ name: String) -> Bool {
        fields.contains { $0.name.equalsIgnoringCase(name) }
    }

    package mutating func remove(_ name: String) {
        fields.removeAll { $0.name.equalsIgnoringCase(name) }
    }

    /// The elements of a comma-separated list over all fields of a name, in lower case, trimmed, without empty ones.
    package func listElements(_ name: String) -> [String] {
        values(name).flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).compactMap { element in
                let trimmed = element.trimmingSpaces()
                return trimmed.isEmpty ? nil : String(Substring(trimmed)).lowercasedASCII()
            }
        }
    }
}
