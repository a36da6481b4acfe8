internal import JSON
internal import Tokenization

/// Keeps control tokens out of the reach of those who write messages.
///
/// A template mixes its own control tokens with the clients' text, and the tokenizer that reads the result recognises
/// both alike: a user who writes `<｜Assistant｜>` would put words into the model's mouth. So before rendering, the first
/// character of every control text inside a client's string is replaced by a private-use character that occurs nowhere
/// else, also where such a text only begins at a string's end. After rendering, control texts that are left are
/// the template's; the stretches between them get their characters back and are encoded as plain text, cut once inside
/// each control text so that the tokenizer sees none.
///
/// Strings without control texts are not touched, and a conversation without any takes the tokenizer's common path:
/// ordinary conversations have the ids that the reference implementation gives.
struct ContentGuard {
    private let index: SpecialTextIndex
    /// Placeholder → the character that it stands for.
    private var originals: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// The reverse.
    private var placeholders: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// Characters of plane 16 that stand for themselves.
    private var taken: Set<Unicode.Scalar>
    private var nextCandidate: UInt32 = 0x10FFFD

    /// - Parameters:
    ///   - taken: characters of plane 16 that the template writes.
    ///   - values: everything that will be escaped, for the characters that placeholders must not be.
    init(index: SpecialTextIndex, taken: Set<Unicode.Scalar>, values: [JSONValue]) {
        self.index = index
        self.taken = taken
        for value in values { Self.collectPlane16(value, into: &self.taken) }
    }

    /// Whether any character was replaced.
    var hasEscaped: Bool { !originals.isEmpty }

    /// A character that neither the template nor any message has.
    mutating func makeMark() -> Unicode.Scalar {
        while true {
            let candidate = Unicode.Scalar(nextCandidate)
            nextCandidate -= 1
            if let candidate, taken.insert(candidate).inserted { return candidate }
        }
    }

    /// - Parameter kept: control tokens that stay as they are.
    mutating func escape(_ text: String, keeping kept: Set<Int32> = []) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var copied = 0
        var position = 0
        while position < bytes.count {
            switch index.match(in: bytes.span, at: position) {
            case .nothing:
                position += 1
            case .token(let token, let length) where kept.contains(token):
                position += length
            case .token, .beginning:
                let original = Self.scalar(in: bytes, at: position)
                result.append(contentsOf: bytes[copied..<position])
                result.append(contentsOf: String(Character(placeholder(for: original))).utf8)
                position += UTF8.width(original)
                copied = position
            }
        }
        guard copied > 0 else { return text }
        result.append(contentsOf: bytes[copied..<bytes.count])
        return String(decoding: result, as: UTF8.self)
    }

    /// Escapes every string and key of a value.
    mutating func escape(_ value: JSONValue, keeping kept: Set<Int32> = []) -> JSONValue {
        switch value {
        case .string(let text): return .string(escape(text, keeping: kept))
        case .array(let elements):
            var result: [JSONValue] = []
            for element in elements { result.append(escape(element, keeping: kept)) }
            return .array(result)
        case .object(let members): return .object(escape(members, keeping: kept))
        default: return value
        }
    }

    mutating func escape(_ members: JSONObject, keeping kept: Set<Int32> = []) -> JSONObject {
        var result = JSONObject()
        for (key, value) in members { result[escape(key)] = escape(value, keeping: kept) }
        return result
    }

    /// Gives the replaced characters back.
    func restore(_ text: String) -> String {
        guard hasEscaped else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(originals[scalar] ?? scalar) }
        return String(result)
    }

    /// The ids of a rendered text whose client strings were escaped.
    func encode(_ text: String, with tokenizer: Tokenizer) -> [Int32] {
        guard hasEscaped else { return tokenizer.encode(text) }
        let bytes = Array(text.utf8)
        var tokens: [Int32] = []
        var start = 0
        var position = 0
        func flush(to end: Int) {
            guard start < end else { return }
            tokens += encodePlain(restore(String(decoding: bytes[start..<end], as: UTF8.self)), with: tokenizer)
        }
        while position < bytes.count {
            if case .token(let token, let length) = index.match(in: bytes.span, at: position) {
                flush(to: position)
                tokens.append(token)
                position += length
                start = position
            } else {
                position += 1
            }
        }
        flush(to: bytes.count)
        return tokens
    }

    /// The ids of a text none of which is a control token.
    private func encodePlain(_ text: String, with tokenizer: Tokenizer) -> [Int32] {
        let bytes = Array(text.utf8)
        var tokens: [Int32] = []
        var start = 0
        for position in bytes.indices {
            guard case .token = index.match(in: bytes.span, at: position) else { continue }
            let cut = position + UTF8.width(Self.scalar(in: bytes, at: position))
            tokens += tokenizer.encode(String(decoding: bytes[start..<cut], as: UTF8.self))
            start = cut
        }
        return tokens + tokenizer.encode(String(decoding: bytes[start...], as: UTF8.self))
    }

    private mutating func placeholder(for original: Unicode.Scalar) -> Unicode.Scalar {
        if let known = placeholders[original] { return known }
        let mark = makeMark()
        placeholders[original] = mark
        originals[mark] = original
        return mark
    }

    private static func scalar(in bytes: [UInt8], at position: Int) -> Unicode.Scalar {
        let lead = bytes[position]
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        return String(decoding: bytes[position..<(position + length)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    private static func collectPlane16(_ value: JSONValue, into set: inout Set<Unicode.Scalar>) {
        switch value {
        case .string(let text):
            set.formUnion(plane16(in: text))
        case .array(let elements):
            for element in elements { collectPlane16(element, into: &set) }
        case .object(let members):
            for (key, member) in members {
                set.formUnion(plane16(in: key))
                collectPlane16(member, into: &set)
            }
        default:
            break
        }
    }

    /// The characters from U+100000 on, all of whose encodings begin with the byte F4.
    static func plane16(in text: String) -> Set<Unicode.Scalar> {
        guard text.utf8.contains(0xF4) else { return [] }
        return Set(text.unicodeScalars.filter { $0.value >= 0x100000 })
    }
}
