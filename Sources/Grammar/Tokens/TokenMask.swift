/// A set of tokens, one bit each: token t is bit t mod 32 of word t / 32.
package struct TokenMask: Sendable, Equatable {
    package internal(set) var words: [UInt32]

    init(size: Int) {
        words = [UInt32](repeating: 0, count: (size + 31) / 32)
    }

    package func contains(_ token: Int32) -> Bool {
        token >= 0 && Int(token) < 32 * words.count && words[Int(token) / 32] >> UInt32(token & 31) & 1 != 0
    }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    mutating func insert(_ token: Int32) {
        words[Int(token) >> 5] |= 1 << UInt32(token & 31)
    }
}
