/// Removes up to so many of one character from the start and the end of each token.
struct StripDecoder: DecoderStage {
    private let content: [UInt8]
    private let start: Int
    private let stop: Int
    private var remainingAtStart = 0
    /// How many of the character end what was received of the token, held back: at most `stop`.
    private var heldAtEnd = 0

    init(_ node: ConfigurationNode) throws(TokenizerError) {
        content = Array(String(try node.scalar("content")).utf8)
        start = try node.required("start").integer()
        stop = try node.required("stop").integer()
        guard start >= 0, stop >= 0 else { throw node.error("start and stop must not be negative") }
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        if fragment.opens {
            remainingAtStart = start
            heldAtEnd = 0
        }
        var result: [UInt8] = []
        var position = 0
        while position < fragment.bytes.count {
            let end = UTF8Text.end(in: fragment.bytes, ofScalarAt: position)
            let scalar = fragment.bytes[position..<end]
            position = end
            if scalar.elementsEqual(content) {
                if remainingAtStart > 0 {
                    remainingAtStart -= 1
                } else if heldAtEnd < stop {
                    heldAtEnd += 1
                } else {
                    result += content
                }
            } else {
                remainingAtStart = 0
                for _ in 0..<heldAtEnd { result += content }
                heldAtEnd = 0
                result += scalar
            }
        }
        output.append(TokenFragment(bytes: result, opens: fragment.opens, closes: fragment.closes))
    }
}
