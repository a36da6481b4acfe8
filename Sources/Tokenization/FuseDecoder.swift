/// Makes one token of all tokens.
struct FuseDecoder: Sendable {
    private var hasOpened = false

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        output.append(TokenFragment(bytes: fragment.bytes, opens: !hasOpened, closes: false))
        hasOpened = true
    }

    func finish(into output: inout [TokenFragment]) {
        output.append(TokenFragment(bytes: [], opens: !hasOpened, closes: true))
    }
}
