/// The fixed blocks of the paged cache: who holds them, what is in them, and which are taken next.
///
/// A block without holders is free. It keeps its content and its hash until it is taken for something else, least
/// recently used first, so that a later sequence with the same prefix finds it. Free blocks form a list through
/// `next` and `previous`; the entry at index `count` is the ring's anchor.
package struct BlockPool {
    package let count: Int
    package private(set) var freeCount: Int
    /// Blocks with more than one holder.
    package private(set) var sharedCount = 0
    private var holders: [Int32]
    private var hashes: [BlockHash?]
    private var blockOfHash: [BlockHash: Int32] = [:]
    private var next: [Int32]
    private var previous: [Int32]

    package init(count: Int) {
        precondition(count > 0 && count < Int(Int32.max), "a pool of \(count) blocks")
        self.count = count
        freeCount = count
        holders = Array(repeating: 0, count: count)
        hashes = Array(repeating: nil, count: count)
        next = (0...count).map { Int32(($0 + 1) % (count + 1)) }
        previous = (0...count).map { Int32(($0 + count) % (count + 1)) }
    }

    package var usedCount: Int { count - freeCount }

    package func holderCount(of block: Int32) -> Int { Int(holders[Int(block)]) }

    /// The block that holds this content, free or not.
    package func block(for hash: BlockHash) -> Int32? { blockOfHash[hash] }

    /// Takes a free block for new content; what it held is forgotten. Nil when all are held.
    package mutating func allocate() -> Int32? {
        guard freeCount > 0 else { return nil }
        let block = next[count]
        unlink(block)
        forget(block)
        holders[Int(block)] = 1
        return block
    }

    /// Adds a holder to a block, be it held already or free with its content.
    package mutating func retain(_ block: Int32) {
        if holders[Int(block)] == 0 { unlink(block) }
        holders[Int(block)] += 1
        if holders[Int(block)] == 2 { sharedCount += 1 }
    }

    /// Gives up one hold on each block of a sequence. The last ones are taken again first: a prefix serves more
    /// requests than what follows it. Blocks without a hash are of no use to anyone and go to the head.
    package mutating func release(_ blocks: [Int32]) {
        for block in blocks.reversed() {
            precondition(holders[Int(block)] > 0, "block \(block) is released more often than it was taken")
            holders[Int(block)] -= 1
            if holders[Int(block)] == 1 { sharedCount -= 1 }
            guard holders[Int(block)] == 0 else { continue }
            if hashes[Int(block)] == nil {
                link(block, after: Int32(count))
            } else {
                link(block, after: previous[count])
            }
        }
    }

    /// Makes a full, computed block findable. Where another block has the same content already, that one stays.
    package mutating func register(_ block: Int32, as hash: BlockHash) {
        guard blockOfHash[hash] == nil, hashes[Int(block)] == nil else { return }
        hashes[Int(block)] = hash
        blockOfHash[hash] = block
    }

    /// Makes no block findable any more; those that are held serve their holders on. Returns how many were.
    package mutating func forgetAll() -> Int {
        let count = blockOfHash.count
        blockOfHash = [:]
        hashes = Array(repeating: nil, count: self.count)
        return count
    }

    /// Free blocks in the order in which they will be taken.
    package var freeBlocks: [Int32] {
        var blocks: [Int32] = []
        var block = next[count]
        while block != count {
            blocks.append(block)
            block = next[Int(block)]
        }
        return blocks
    }

    private mutating func forget(_ block: Int32) {
        guard let hash = hashes[Int(block)] else { return }
        blockOfHash[hash] = nil
        hashes[Int(block)] = nil
    }

    private mutating func unlink(_ block: Int32) {
        let (before, after) = (previous[Int(block)], next[Int(block)])
        next[Int(before)] = after
        previous[Int(after)] = before
        freeCount -= 1
    }

    private mutating func link(_ block: Int32, after anchor: Int32) {
        let follower = next[Int(anchor)]
        next[Int(anchor)] = block
        previous[Int(block)] = anchor
        next[Int(block)] = follower
        previous[Int(follower)] = block
        freeCount += 1
    }
}
