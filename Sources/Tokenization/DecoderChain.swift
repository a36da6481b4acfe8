/// The decoders of a tokenizer in their order.
struct DecoderChain: Sendable {
    static let supported = "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip, Sequence"

    private var stages: [any DecoderStage]

    /// Whether a text is nothing but the bytes of its tokens, joined and made valid UTF-8.
    let joinsBytes: Bool

    /// A `decoder` component; without one tokens are joined by spaces.
    init(_ node: ConfigurationNode?) throws(TokenizerError) {
        stages = try node.map { node throws(TokenizerError) in try Self.stages(node) } ?? [JoinDecoder()]
        joinsBytes = stages.count == 1 && stages[0] is ByteLevelDecoder
    }

    private init(stage: ByteLevelDecoder) {
        stages = [stage]
        joinsBytes = true
    }

    /// Tokens in GPT-2's alphabet, which become bytes.
    static let byteLevel = DecoderChain(stage: ByteLevelDecoder())

    private static func stages(_ node: ConfigurationNode) throws(TokenizerError) -> [any DecoderStage] {
        switch try node.type() {
        case "ByteLevel": return [ByteLevelDecoder()]
        case "ByteFallback": return [ByteFallbackDecoder()]
        case "Fuse": return [FuseDecoder()]
        case "Metaspace": return [MetaspaceDecoder(try Metaspace(node))]
        case "Replace":
            let content = Array(try node.required("content").string().utf8)
            return [ReplaceDecoder(pattern: try node.required("pattern").pattern(), content: content)]
        case "Strip": return [try StripDecoder(node)]
        case "Sequence":
            var stages: [any DecoderStage] = []
            for child in try node.required("decoders").elements() { stages += try Self.stages(child) }
            return stages
        case let type: throw node.unsupported(type, supported: supported)
        }
    }

    /// What a token adds to a text as far as it alone tells, as bytes.
    func bytes(ofToken token: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(token)
        for stage in stages {
            let contribution = stage.contribution(of: bytes)
            bytes = contribution.bytes
            if contribution.isFinal { break }
        }
        return bytes
    }

    /// Takes the next token and gives the text that it makes certain, in UTF-8.
    mutating func receive(_ token: ArraySlice<UInt8>) -> [UInt8] {
        pass([TokenFragment(bytes: Array(token), opens: true, closes: true)], from: 0)
    }

    /// Gives what was held back, the tokens having ended.
    mutating func finish() -> [UInt8] {
        var text: [UInt8] = []
        for index in stages.indices {
            var fragments: [TokenFragment] = []
            stages[index].finish(into: &fragments)
            text += pass(fragments, from: index + 1)
        }
        return text
    }

    private mutating func pass(_ fragments: [TokenFragment], from first: Int) -> [UInt8] {
        var fragments = fragments
        for index in first..<stages.count {
            var next: [TokenFragment] = []
            for fragment in fragments { stages[index].receive(fragment, into: &next) }
            fragments = next
        }
        return fragments.flatMap(\.bytes)
    }
}
