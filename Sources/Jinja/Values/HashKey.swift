import JSON

/// A value as a key: equal where Python's values are equal.
enum HashKey: Hashable {
    struct Text: Hashable {
        let text: String

        static func == (left: Text, right: Text) -> Bool { left.text.hasSameCodeUnits(as: right.text) }

        func hash(into hasher: inout Hasher) { text.hashCodeUnits(into: &hasher) }
    }

    case none
    case undefined
    case integer(Int)
    case float(Double)
    case string(Text)
    case tuple([HashKey])
    case object(ObjectIdentifier)

    init(_ text: String) {
        self = .string(Text(text: text))
    }

    /// Throws for lists and dictionaries, which Python cannot hash.
    init(_ value: Value, _ budget: Budget) throws(TemplateError) {
        try budget.step()
        switch value {
        case .none: self = .none
        case .undefined: self = .undefined
        case .boolean(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = Int(exactly: value).map(HashKey.integer) ?? .float(value)
        case .string(let text):
            try budget.step(scanning: text.utf8.count)
            self.init(text)
        case .tuple(let sequence):
            var keys: [HashKey] = []
            for element in sequence.elements { keys.append(try HashKey(element, budget)) }
            try budget.allocate(keys.count * 24)
            self = .tuple(keys)
        case .range(let range): self = .tuple([.integer(range.start), .integer(range.stop), .integer(range.step)])
        case .generator(let generator): self = .object(ObjectIdentifier(generator))
        case .object(let object): self = .object(ObjectIdentifier(object))
        case .list, .dictionary, .view:
            throw TemplateError("unhashable type: '\(value.typeName)'")
        }
    }
}
