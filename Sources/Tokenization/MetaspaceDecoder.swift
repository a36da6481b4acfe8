/// Turns the visible space character into a space, or into nothing in the first token where it was prepended.
struct MetaspaceDecoder: DecoderStage {
    private let replacement: [UInt8]
    private let removesInFirstToken: Bool
    private var isFirst = true

    init(_ metaspace: Metaspace) {
        replacement = metaspace.replacement
        removesInFirstToken = metaspace.prependScheme != .never
    }

    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        var fragment = fragment
        fragment.bytes = replaced(fragment.bytes, with: isFirst && removesInFirstToken ? [] : [0x20])
        if fragment.closes { isFirst = false }
        output.append(fragment)
    }

    func contribution(of token: [UInt8]) -> (bytes: [UInt8], isFinal: Bool) {
        (replaced(token, with: [0x20]), false)
    }

    private func replaced(_ bytes: [UInt8], with content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = UTF8Text.end(in: bytes, ofScalarAt: position)
            let scalar = bytes[position..<end]
            result.append(contentsOf: scalar.elementsEqual(replacement) ? content[...] : scalar)
            position = end
        }
        return result
    }
}
