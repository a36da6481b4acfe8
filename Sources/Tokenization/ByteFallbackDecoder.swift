/// Joins runs of byte tokens: valid UTF-8 becomes text, every byte of any other run U+FFFD.
///
/// Whether a run is valid shows at its end only, so a run is held back until then.
struct ByteFallbackDecoder: DecoderStage {
    private var whole = WholeToken()
    private var run: [UInt8] = []

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        guard let token = whole.receive(fragment) else { return }
        if let byte = ByteFallback.byte(of: token) {
            run.append(byte)
        } else {
            finish(into: &output)
            output.append(TokenFragment(bytes: token, opens: true, closes: true))
        }
    }

    mutating func finish(into output: inout [TokenFragment]) {
        guard !run.isEmpty else { return }
        if String(validating: run, as: UTF8.self) != nil {
            output.append(TokenFragment(bytes: run, opens: true, closes: true))
        } else {
            let replacement = TokenFragment(bytes: [0xEF, 0xBF, 0xBD], opens: true, closes: true)
            output += Array(repeating: replacement, count: run.count)
        }
        run = []
    }

    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) {
        ByteFallback.byte(of: token).map { ([$0], true) } ?? (token, false)
    }
}
