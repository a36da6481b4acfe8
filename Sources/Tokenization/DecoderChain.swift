/// The decoders of a tokenizer in their order.
struct DecoderChain: Sendable {
    private var stages: [DecoderStage]

    init(_ node: ConfigurationNode?) throws(TokenizerError) {
        stages = try DecoderStage.stages(node)
    }

    /// Whether a text is nothing but the bytes of its tokens, joined and made valid UTF-8.
    var joinsBytes: Bool {
        guard stages.count == 1, case .byteLevel = stages[0] else { return false }
        return true
    }

    /// What a token adds to the text as far as it alone tells, as bytes.
    func bytes(ofToken token: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(token)
        for stage in stages {
            switch stage {
            case .byteLevel: return ByteLevelDecoder.bytes(of: bytes)
            case .byteFallback:
                if let byte = ByteFallback.byte(of: bytes) { return [byte] }
            case .metaspace(let decoder): bytes = decoder.bytes(ofToken: bytes)
            case .replace(let decoder): bytes = decoder.bytes(ofToken: bytes)
            case .fuse: return bytes
            case .join, .strip: continue
            }
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
