/// One step that cuts text into pieces, which the model then encodes one by one.
enum PreTokenizer: Sendable {
    case split(Pattern, SplitBehavior, isInverted: Bool)
    /// A space before every piece that has none.
    case prefixSpace
    /// Every byte becomes its character in GPT-2's alphabet.
    case byteAlphabet
    case metaspace(Metaspace)

    static let supported =
        "Sequence, Split, ByteLevel, Digits, Punctuation, Whitespace, WhitespaceSplit, Metaspace"

    /// Source: GPT-2's encoder.
    static let gpt2Pattern =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// The steps of a `pre_tokenizer` component, sequences flattened.
    static func steps(_ node: ConfigurationNode?) throws(TokenizerError) -> [PreTokenizer] {
        guard let node else { return [] }
        switch try node.type() {
        case "Sequence":
            var steps: [PreTokenizer] = []
            for child in try node.required("pretokenizers").elements() { steps += try PreTokenizer.steps(child) }
            return steps
        case "Split":
            let pattern = try node.required("pattern").pattern()
            let behavior = try SplitBehavior(node.required("behavior"))
            return [.split(pattern, behavior, isInverted: try node.boolean("invert", default: false))]
        case "ByteLevel": return try byteLevel(node)
        case "Digits": return [try digits(node)]
        case "Punctuation": return [try punctuation(node)]
        case "Whitespace":
            let pattern = try node.builtinPattern(#"[\w\x{200C}\x{200D}]+|[^\w\s\x{200C}\x{200D}]+"#)
            return [.split(pattern, .removed, isInverted: true)]
        case "WhitespaceSplit":
            return [.split(try node.builtinPattern(#"\s"#), .removed, isInverted: false)]
        case "Metaspace": return [.metaspace(try Metaspace(node))]
        case let type: throw node.unsupported(type, supported: supported)
        }
    }

    private static func byteLevel(_ node: ConfigurationNode) throws(TokenizerError) -> [PreTokenizer] {
        var steps: [PreTokenizer] = []
        if try node.boolean("add_prefix_space", default: true) { steps.append(.prefixSpace) }
        if try node.boolean("use_regex", default: true) {
            steps.append(.split(try node.builtinPattern(gpt2Pattern), .isolated, isInverted: false))
        }
        return steps + [.byteAlphabet]
    }

    private static func digits(_ node: ConfigurationNode) throws(TokenizerError) -> PreTokenizer {
        let further = ReferenceUnicode.furtherNumbers.map(CharacterSetExpression.escape).joined()
        let pattern = try node.builtinPattern(#"[\p{N}\#(further)]"#)
        let areIndividual = try node.boolean("individual_digits", default: false)
        return .split(pattern, areIndividual ? .isolated : .contiguous, isInverted: false)
    }

    private static func punctuation(_ node: ConfigurationNode) throws(TokenizerError) -> PreTokenizer {
        let further = ReferenceUnicode.furtherPunctuation.map(CharacterSetExpression.escape).joined()
        let unknown = ReferenceUnicode.unknownPunctuation.map(CharacterSetExpression.escape).joined()
        let pattern = try node.builtinPattern(#"(?![\#(unknown)])[\p{P}\#(further)]"#)
        let behavior = try node.optional("behavior").map { node throws(TokenizerError) in try SplitBehavior(node) }
        return .split(pattern, behavior ?? .isolated, isInverted: false)
    }

    func apply(to list: inout PieceList, _ workspace: PatternWorkspace) {
        switch self {
        case .split(let pattern, let behavior, let isInverted):
            list.split(pattern, behavior, isInverted: isInverted, workspace)
        case .prefixSpace:
            let bytes = list.bytes
            guard list.pieces.contains(where: { bytes[$0.lowerBound] != 0x20 }) else { return }
            list.rewrite { piece, result in
                if bytes[piece.lowerBound] != 0x20 { result.append(0x20) }
                result.append(contentsOf: bytes[piece])
            }
        case .byteAlphabet:
            let bytes = list.bytes
            list.rewrite { piece, result in
                for index in piece { result.append(contentsOf: ByteAlphabet.encoded[Int(bytes[index])]) }
            }
        case .metaspace(let metaspace):
            metaspace.apply(to: &list, workspace)
        }
    }
}
