/// Puts a space between tokens.
struct JoinDecoder: DecoderStage {
    private var isFirst = true

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        var fragment = fragment
        if !isFirst && fragment.opens { fragment.bytes.insert(0x20, at: 0) }
        isFirst = false
        output.append(fragment)
    }
}
