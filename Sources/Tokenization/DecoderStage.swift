/// One decoder as a transformation of a stream of tokens; its state is part of the value.
///
/// Every stage emits what is certain as soon as it is: decoding a whole text is feeding all tokens and finishing.
protocol DecoderStage: Sendable {
    /// Takes the next fragment and appends what follows from it.
    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment])

    /// Appends what was held back, the input having ended.
    mutating func finish(into output: inout [TokenFragment])

    /// What the stage makes of a token in the middle of a text, and whether later stages see single tokens no more.
    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool)
}

extension DecoderStage {
    mutating func finish(into output: inout [TokenFragment]) {}

    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) { (token, false) }
}
