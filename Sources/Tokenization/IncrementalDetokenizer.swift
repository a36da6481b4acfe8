/// Ids to text, one at a time: gives what is certain and holds back what a later id may still complete.
///
/// All the results together are what `Tokenizer.decode` gives for all the ids.
package struct IncrementalDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skippingSpecialTokens: Bool
    private var chain: DecoderChain
    private var assembler = UTF8Assembler()

    package init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skippingSpecialTokens = skippingSpecialTokens
        chain = tokenizer.decoders
    }

    /// The text that this id makes certain; empty while a UTF-8 sequence is cut.
    package mutating func append(_ id: Int32) -> String {
        if chain.joinsBytes {
            var text: [UInt8] = []
            assembler.append(tokenizer.joinedBytes(id, skippingSpecialTokens: skippingSpecialTokens), to: &text)
            return String(decoding: text, as: UTF8.self)
        }
        guard let token = tokenizer.decodedToken(id, skippingSpecialTokens: skippingSpecialTokens) else { return "" }
        return String(decoding: chain.receive(token), as: UTF8.self)
    }

    /// The rest, the ids having ended: an incomplete sequence becomes U+FFFD.
    package mutating func finish() -> String {
        if chain.joinsBytes {
            var text: [UInt8] = []
            assembler.finish(to: &text)
            return String(decoding: text, as: UTF8.self)
        }
        return String(decoding: chain.finish(), as: UTF8.self)
    }
}
