/// A set of tokens, one bit each: token t is bit t mod 32 of word t / 32.
package struct TokenMask: Sendable, Equatable {
    package internal(set) var words: [UInt32]

    /// No token of a vocabulary of `size`.
    package init(size: Int) {
        words = [UInt32](repeating: 0, count: (size + 31) / 32)
    }

    package func contains(_ token: Int32) -> Bool {
        token >= 0 && Int(token) < 32 * words.count && words[Int(token) / 32] >> UInt32(token & 31) & 1 != 0
    }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package mutating func insert(_ token: Int32) {
        words[Int(token) >> 5] |= 1 << UInt32(token & 31)
    }

    package mutating func remove(_ token: Int32) {
        guard contains(token) else { return }
        words[Int(token) >> 5] &= ~(1 << UInt32(token & 31))
    }

    package func intersection(_ other: TokenMask) -> TokenMask {
        var result = self
        for index in words.indices { result.words[index] &= index < other.words.count ? other.words[index] : 0 }
        return result
    }
}
