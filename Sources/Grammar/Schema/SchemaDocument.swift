import JSON

/// A schema with its parts by JSON pointer ("" is the whole).
struct SchemaDocument {
    private let root: JSONValue
    private var parts: [String: JSONValue] = [:]
    private lazy var anchors: [String: String] = Self.findAnchors(root)

    init(_ root: JSONValue) {
        self.root = root
    }

    /// How messages name a part.
    static func name(_ pointer: String) -> String { "#\(pointer)" }

    static func join(_ pointer: String, _ tokens: String...) -> String {
        tokens.reduce(pointer) { $0 + "/" + encode($1) }
    }

    /// A token as it stands in a URI's fragment, in ASCII: equal texts are equal byte for byte.
    private static func encode(_ token: String) -> String {
        var bytes: [UInt8] = []
        for byte in token.utf8 {
            switch byte {
            case UInt8(ascii: "~"): bytes += Array("~0".utf8)
            case UInt8(ascii: "/"): bytes += Array("~1".utf8)
            case UInt8(ascii: "%"), 0x80...0xFF: bytes += Array("%\(String(byte, radix: 16, uppercase: true))".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The member's name or element's index that a token stands for; nil for one that is not encoded properly.
    private static func decode(_ token: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(token.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "~"):
                guard let digit = rest.popFirst(), digit == 0x30 || digit == 0x31 else { return nil }
                bytes.append(digit == 0x30 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The part at a pointer that is known to exist.
    mutating func part(_ pointer: String) throws(GrammarError) -> JSONValue {
        if let part = parts[pointer] { return part }
        guard let part = try find(pointer) else {
            throw .invalid("there is nothing at \(Self.name(pointer)) of the schema")
        }
        parts[pointer] = part
        return part
    }

    private func find(_ pointer: String) throws(GrammarError) -> JSONValue? {
        var value = root
        var place = ""
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            place += "/" + token
            guard let key = Self.decode(token) else { return nil }
            let next: JSONValue?
            if case .array = value { next = Int(key).flatMap { value[$0] } } else { next = value[key] }
            guard let next else { return nil }
            value = next
            if value["$id"]?.stringValue != nil {
                throw .unsupported("'$id' at \(Self.name(place)) is not supported below the root of a schema")
                    .at(place + "/$id")
            }
        }
        return value
    }

    /// The pointer that a `$ref` at a part leads to.
    mutating func target(_ reference: String, at pointer: String) throws(GrammarError) -> String {
        var fragment = Substring(reference)
        if let id = root["$id"]?.stringValue, !id.isEmpty {
            let base = id.hasSuffix("#") ? String(id.dropLast()) : id
            if fragment.hasPrefix(base) { fragment = fragment.dropFirst(base.count) }
            if fragment.isEmpty { return "" }
        }
        guard fragment.first == "#" else {
            throw .unsupported(
                "'$ref' at \(Self.name(pointer)) leads to \(reference.debugDescription); only references inside the "
                    + "schema, which begin with '#', are supported"
            ).at(Self.join(pointer, "$ref"))
        }
        let text = fragment.dropFirst()
        if text.isEmpty { return "" }
        if text.hasPrefix("/") {
            let pointer = Self.canonical(text)
            if let pointer, try find(pointer) != nil { return pointer }
        } else if let anchor = anchors[String(text)] {
            return anchor
        }
        throw .invalid("'$ref' at \(Self.name(pointer)) leads to \(reference.debugDescription), which does not exist")
            .at(Self.join(pointer, "$ref"))
    }

    /// One spelling for each part, so that a part is known again.
    private static func canonical(_ pointer: Substring) -> String? {
        var result = ""
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let key = decode(token) else { return nil }
            result = join(result, key)
        }
        return result
    }

    private static func findAnchors(_ root: JSONValue) -> [String: String] {
        var anchors: [String: String] = [:]
        var pending = [(root, "")]
        while let (value, pointer) = pending.popLast() {
            switch value {
            case .object(let members):
                for key in ["$anchor", "$dynamicAnchor"] {
                    if let name = members[key]?.stringValue { anchors[name] = pointer }
                }
                for (key, member) in members where key != "enum" && key != "const" {
                    pending.append((member, join(pointer, key)))
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() { pending.append((element, join(pointer, "\(index)"))) }
            default:
                break
            }
        }
        return anchors
    }
}
