/// Turns characters of GPT-2's alphabet back into bytes and these into one text.
struct ByteLevelDecoder: DecoderStage {
    private var whole = WholeToken()
    private var assembler = UTF8Assembler()
    private var hasOpened = false

    /// The bytes of one token; a token with a character outside the alphabet stands for itself.
    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) {
        (ByteAlphabet.bytes(of: token) ?? token, true)
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        guard let token = whole.receive(fragment) else { return }
        var text: [UInt8] = []
        assembler.append(contribution(of: token).bytes, to: &text)
        output.append(TokenFragment(bytes: text, opens: !hasOpened, closes: false))
        hasOpened = true
    }

    mutating func finish(into output: inout [TokenFragment]) {
        var text: [UInt8] = []
        assembler.finish(to: &text)
        output.append(TokenFragment(bytes: text, opens: !hasOpened, closes: true))
    }
}
