import JSON

/// How JSON is written: the parts of a text that do not depend on a schema.
struct JSONText {
    /// Between brackets and what they hold.
    let padding: Expression
    let comma: Expression
    let colon: Expression

    init(_ layout: JSONLayout) {
        switch layout {
        case .compact:
            padding = .empty
            comma = .literal(",")
            colon = .literal(":")
        case .flexible:
            let indentation: Expression = .choice([
                .repetition(.literal(" "), atLeast: 0, atMost: 40), .repetition(.literal("\t"), atLeast: 1, atMost: 20),
            ])
            padding = .choice([.empty, .literal(" "), .sequence([.literal("\n"), indentation])])
            comma = .sequence([.literal(","), padding])
            colon = .sequence([.literal(":"), .optional(.literal(" "))])
        }
    }

    static func quoted(_ body: Expression) -> Expression {
        .sequence([.literal("\""), body, .literal("\"")])
    }

    static func string(_ text: String) -> Expression {
        var bytes = [UInt8(ascii: "\"")]
        bytes.appendEscaped(text)
        return .literal(bytes + [UInt8(ascii: "\"")])
    }

    /// One value, with the white space that the layout has.
    func literal(_ value: JSONValue) -> Expression {
        switch value {
        case .array(let elements):
            return list("[", elements.map(literal), "]")
        case .object(let members):
            return list("{", members.map { .sequence([Self.string($0.key), colon, literal($0.value)]) }, "}")
        case .number(let number):
            return .literal(Int(exactly: number).map(String.init) ?? value.serialized())
        default:
            return .literal(value.serialized())
        }
    }

    /// One of these values.
    func literals(_ values: [JSONValue]) -> Expression {
        var plain: [[UInt8]] = []
        var nested: [Expression] = []
        for value in values {
            switch value {
            case .array, .object, .number: nested.append(literal(value))
            default: plain.append(Array(value.serialized().utf8))
            }
        }
        return .choice(nested + (plain.isEmpty ? [] : [.literals(plain)]))
    }

    private func list(_ open: String, _ parts: [Expression], _ close: String) -> Expression {
        guard !parts.isEmpty else { return .literal(open + close) }
        let body = parts.enumerated().flatMap { $0.offset == 0 ? [$0.element] : [comma, $0.element] }
        return .sequence([.literal(open), padding] + body + [padding, .literal(close)])
    }
}
