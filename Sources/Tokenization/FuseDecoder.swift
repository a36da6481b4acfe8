/// Makes one token of all tokens.
struct FuseDecoder: DecoderStage {
    private var hasOpened = false

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        output.append(TokenFragment(bytes: fragment.bytes, opens: !hasOpened, closes: false))
        hasOpened = true
    }

    func finish(into output: inout [TokenFragment]) {
        output.append(TokenFragment(bytes: [], opens: !hasOpened, closes: true))
    }

    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) { (token, true) }
}
