/// One step that rewrites text before it is split.
enum Normalizer: Sendable {
    case unicode(UnicodeNormalization)
    case lowercase
    case strip(left: Bool, right: Bool)
    case prepend([UInt8])
    case replace(Pattern, content: [UInt8])

    static let supported = "NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend, Replace, Sequence"

    /// The steps of a `normalizer` component, sequences flattened.
    static func steps(_ node: ConfigurationNode?) throws(TokenizerError) -> [Normalizer] {
        guard let node else { return [] }
        switch try node.type() {
        case "NFC": return [.unicode(.nfc)]
        case "NFD": return [.unicode(.nfd)]
        case "NFKC": return [.unicode(.nfkc)]
        case "NFKD": return [.unicode(.nfkd)]
        case "Lowercase": return [.lowercase]
        case "Strip":
            return [
                .strip(
                    left: try node.required("strip_left").boolean(), right: try node.required("strip_right").boolean())
            ]
        case "Prepend": return [.prepend(Array(try node.required("prepend").string().utf8))]
        case "Replace":
            let pattern = try node.required("pattern").pattern()
            return [.replace(pattern, content: Array(try node.required("content").string().utf8))]
        case "Sequence":
            var steps: [Normalizer] = []
            for child in try node.required("normalizers").elements() { steps += try Normalizer.steps(child) }
            return steps
        case let type: throw node.unsupported(type, supported: supported)
        }
    }

    func apply(to text: inout NormalizedText, _ workspace: PatternWorkspace) {
        guard !text.bytes.isEmpty else { return }
        switch self {
        case .unicode(let form):
            form.apply(to: &text.bytes)
        case .lowercase:
            text.bytes = Self.lowercased(text.bytes)
        case .strip(let left, let right):
            Self.strip(&text, left: left, right: right)
        case .prepend(let prefix):
            text.bytes.insert(contentsOf: prefix, at: 0)
        case .replace(let pattern, let content):
            Self.replace(&text, pattern, content, workspace)
        }
    }

    /// Every scalar by its own full lower-case mapping, without context.
    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x80 {
                result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
                position += 1
            } else if let scalar = Unicode.Scalar(UTF8Text.scalar(in: bytes, at: &position)) {
                result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
        return result
    }

    private static func strip(_ text: inout NormalizedText, left: Bool, right: Bool) {
        let range = UTF8Text.trimmed(text.bytes, left: left, right: right)
        if range.lowerBound > 0 { text.startsAtOrigin = false }
        text.bytes = Array(text.bytes[range])
    }

    private static func replace(
        _ text: inout NormalizedText, _ pattern: Pattern, _ content: [UInt8], _ workspace: PatternWorkspace
    ) {
        var keepsOrigin = true
        let firstScalarEnd = UTF8Text.end(in: text.bytes, ofScalarAt: 0)
        pattern.forEachMatch(in: text.bytes, 0..<text.bytes.count, workspace) { match in
            // Inserted text counts as coming from the last character that it replaces.
            if match.lowerBound == 0, !match.isEmpty, content.isEmpty || match.upperBound > firstScalarEnd {
                keepsOrigin = false
            }
        }
        text.startsAtOrigin = text.startsAtOrigin && keepsOrigin
        text.bytes = pattern.replacingMatches(in: text.bytes, with: content, workspace)
    }
}
