/// Replaces every match of a pattern in each token. A fused text is replaced as a whole, at its end.
struct ReplaceDecoder: Sendable {
    private let pattern: Pattern
    private let content: [UInt8]
    private var whole = WholeToken()

    init(pattern: Pattern, content: [UInt8]) {
        self.pattern = pattern
        self.content = content
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        guard let token = whole.receive(fragment) else { return }
        output.append(TokenFragment(bytes: bytes(ofToken: token), opens: true, closes: true))
    }

    func bytes(ofToken token: [UInt8]) -> [UInt8] {
        EncodingWorkspace.withBorrowed { pattern.replacingMatches(in: token, with: content, $0.patterns) }
    }
}
