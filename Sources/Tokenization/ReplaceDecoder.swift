/// Replaces every match of a pattern in each token. A fused text is replaced as a whole, at its end.
struct ReplaceDecoder: DecoderStage {
    private let pattern: Pattern
    private let content: [UInt8]
    private var whole = WholeToken()

    init(pattern: Pattern, content: [UInt8]) {
        self.pattern = pattern
        self.content = content
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        guard let token = whole.receive(fragment) else { return }
        output.append(TokenFragment(bytes: replaced(token), opens: true, closes: true))
    }

    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) { (replaced(token), false) }

    private func replaced(_ token: [UInt8]) -> [UInt8] {
        EncodingWorkspace.withBorrowed { pattern.replacingMatches(in: token, with: content, $0.patterns) }
    }
}
