/// Everything about single ids: their text, what decoders get, what they add to a text, whether decoding skips them.
struct TokenTable: Sendable {
    private let vocabulary: Vocabulary
    private var addedTexts: [Int32: String] = [:]
    private var addedIDs: [[UInt8]: Int32] = [:]
    /// Of added tokens: their content, normalised where they are looked for in normalised text.
    private var addedInputs: [Int32: [UInt8]] = [:]
    private var skipped: Set<Int32> = []
    private var outputs: [UInt8] = []
    private var outputEnds: [Int32] = []

    init(
        _ vocabulary: Vocabulary, _ added: [AddedToken], _ decoders: DecoderChain, normalize: ([UInt8]) -> [UInt8]
    ) {
        self.vocabulary = vocabulary
        let specialContents = Set(added.filter(\.isSpecial).map { Array($0.content.utf8) })
        for token in added {
            let content = Array(token.content.utf8)
            let input = token.isNormalized ? normalize(content) : content
            addedTexts[token.id] = token.content
            addedIDs[content] = token.id
            addedInputs[token.id] = input
            // The reference compares what decoders get with the contents of special tokens.
            if specialContents.contains(input) { skipped.insert(token.id) }
        }
        let size = max(vocabulary.size, (added.map { Int($0.id) }.max() ?? -1) + 1)
        outputs.reserveCapacity(8 * size)
        outputEnds.reserveCapacity(size)
        for id in 0..<Int32(size) {
            if let input = decoderInput(of: id) { outputs.append(contentsOf: decoders.bytes(ofToken: input)) }
            outputEnds.append(Int32(outputs.count))
        }
    }

    /// Highest id + 1.
    var size: Int { outputEnds.count }

    func text(of id: Int32) -> String? {
        addedTexts[id] ?? vocabulary.text(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    func id(of text: String) -> Int32? {
        let bytes = Array(text.utf8)
        return addedIDs[bytes] ?? vocabulary.id(of: bytes)
    }

    func decoderInput(of id: Int32) -> ArraySlice<UInt8>? {
        addedInputs[id].map { $0[...] } ?? vocabulary.text(of: id)
    }

    func output(of id: Int32) -> ArraySlice<UInt8> {
        guard id >= 0, Int(id) < outputEnds.count else { return [] }
        return outputs[Int(id == 0 ? 0 : outputEnds[Int(id) - 1])..<Int(outputEnds[Int(id)])]
    }

    func isSkipped(_ id: Int32) -> Bool { skipped.contains(id) }
}
