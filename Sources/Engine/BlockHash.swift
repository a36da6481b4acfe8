/// Names the content of a full block: its tokens, their roles, and everything before them.
package struct BlockHash: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// Computes block hashes with a key that is drawn at start.
package struct BlockHasher: Sendable {
    private let key0: UInt64
    private let key1: UInt64

    package init() {
        var generator = SystemRandomNumberGenerator()
        key0 = generator.next()
        key1 = generator.next()
    }

    /// The parent of a sequence's first block; different salts never meet.
    package func root(salt: UInt64) -> BlockHash {
        var hash = SipHash(key: (key0, key1))
        hash.append(salt)
        return Self.result(&hash)
    }

    /// Hash of a full block. The first `promptCount` of its positions have the role `prompt`.
    package func hash(parent: BlockHash, tokens: ArraySlice<Int32>, promptCount: Int) -> BlockHash {
        var hash = SipHash(key: (key0, key1))
        hash.append(parent.high)
        hash.append(parent.low)
        hash.append(UInt64(truncatingIfNeeded: promptCount))
        for token in tokens { hash.append(UInt64(UInt32(bitPattern: token))) }
        return Self.result(&hash)
    }

    /// Hashes of the full blocks of `tokens`, all of them prompt positions.
    package func promptHashes(_ tokens: [Int32], salt: UInt64, blockSize: Int) -> [BlockHash] {
        var hashes: [BlockHash] = []
        hashes.reserveCapacity(tokens.count / blockSize)
        var parent = root(salt: salt)
        for start in stride(from: 0, through: tokens.count - blockSize, by: blockSize) {
            parent = hash(parent: parent, tokens: tokens[start..<start + blockSize], promptCount: blockSize)
            hashes.append(parent)
        }
        return hashes
    }

    private static func result(_ hash: inout SipHash) -> BlockHash {
        let (low, high) = hash.finish()
        return BlockHash(high: high, low: low)
    }
}
