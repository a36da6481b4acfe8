/// Turns characters of GPT-2's alphabet back into bytes and these into one text.
struct ByteLevelDecoder: Sendable {
    private var whole = WholeToken()
    private var assembler = UTF8Assembler()
    private var hasOpened = false

    /// The bytes of one token; a token with a character outside the alphabet stands for itself.
    static func bytes(of token: some Collection<UInt8>) -> [UInt8] {
        ByteAlphabet.bytes(of: token) ?? Array(token)
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        guard let token = whole.receive(fragment) else { return }
        var text: [UInt8] = []
        assembler.append(Self.bytes(of: token), to: &text)
        output.append(TokenFragment(bytes: text, opens: !hasOpened, closes: false))
        hasOpened = true
    }

    mutating func finish(into output: inout [TokenFragment]) {
        var text: [UInt8] = []
        assembler.finish(to: &text)
        output.append(TokenFragment(bytes: text, opens: !hasOpened, closes: true))
    }
}
