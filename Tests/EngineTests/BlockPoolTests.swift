import Engine
import Testing

struct BlockPoolTests {
    private func hash(_ number: UInt64) -> BlockHash { BlockHash(high: number, low: 0) }

    @Test func `blocks are taken once and counted`() {
        var pool = BlockPool(count: 3)
        let blocks = (0..<3).compactMap { _ in pool.allocate() }
        #expect(blocks == [0, 1, 2])
        #expect(pool.allocate() == nil)
        #expect(pool.usedCount == 3)
        pool.release([1])
        #expect(pool.allocate() == 1)
    }

    @Test func `the last blocks of a sequence are taken again first`() {
        var pool = BlockPool(count: 4)
        let blocks = (0..<4).compactMap { _ in pool.allocate() }
        for block in blocks { pool.register(block, as: hash(UInt64(block))) }
        pool.release(blocks)
        #expect(pool.freeBlocks == [3, 2, 1, 0])
    }

    @Test func `blocks without content that others could use go first`() {
        var pool = BlockPool(count: 3)
        let blocks = (0..<3).compactMap { _ in pool.allocate() }
        pool.register(blocks[0], as: hash(0))
        pool.register(blocks[1], as: hash(1))
        pool.release([blocks[0]])
        pool.release([blocks[1], blocks[2]])
        #expect(pool.freeBlocks == [2, 0, 1])
    }

    @Test func `a free block keeps its content until it is taken`() {
        var pool = BlockPool(count: 2)
        guard let block = pool.allocate() else { return #expect(Bool(false)) }
        pool.register(block, as: hash(5))
        pool.release([block])
        #expect(pool.block(for: hash(5)) == block)
        pool.retain(block)
        #expect(pool.freeBlocks == [1])
        pool.release([block])
        _ = pool.allocate()
        #expect(pool.block(for: hash(5)) == block)
        _ = pool.allocate()
        #expect(pool.block(for: hash(5)) == nil)
    }

    @Test func `after a reset no content is found, and what is held stays held`() {
        var pool = BlockPool(count: 3)
        let blocks = (0..<2).compactMap { _ in pool.allocate() }
        for block in blocks { pool.register(block, as: hash(UInt64(block))) }
        pool.release([blocks[1]])
        #expect(pool.forgetAll() == 2)
        #expect(pool.block(for: hash(0)) == nil && pool.block(for: hash(1)) == nil)
        #expect(pool.usedCount == 1 && pool.holderCount(of: blocks[0]) == 1)
        pool.register(blocks[0], as: hash(7))
        #expect(pool.block(for: hash(7)) == blocks[0])
    }

    @Test func `of two blocks with the same content the first is kept`() {
        var pool = BlockPool(count: 2)
        let blocks = (0..<2).compactMap { _ in pool.allocate() }
        for block in blocks { pool.register(block, as: hash(1)) }
        #expect(pool.block(for: hash(1)) == blocks[0])
        pool.release([blocks[1]])
        #expect(pool.allocate() == blocks[1])
        #expect(pool.block(for: hash(1)) == blocks[0])
    }

    @Test func `a shared block is free when its last holder lets go`() {
        var pool = BlockPool(count: 1)
        guard let block = pool.allocate() else { return #expect(Bool(false)) }
        pool.retain(block)
        #expect(pool.sharedCount == 1)
        pool.release([block])
        #expect(pool.sharedCount == 0)
        #expect(pool.freeCount == 0)
        pool.release([block])
        #expect(pool.freeCount == 1)
    }

    @Test func `releasing a free block is a fault`() async {
        await #expect(processExitsWith: .failure) {
            var pool = BlockPool(count: 1)
            pool.release([0])
        }
    }

    @Test(arguments: 0..<20) func `random use agrees with a plain list`(seed: Int) {
        var source = RequestSource(seed: UInt64(seed))
        var pool = BlockPool(count: 8)
        var free = Array(Int32(0)..<8)
        var content: [Int32: BlockHash] = [:]
        var held: [Int32] = []
        for step in 0..<2000 {
            switch source.next(4) {
            case 0:
                let block = pool.allocate()
                #expect(block == free.first)
                guard let block else { continue }
                free.removeFirst()
                content[block] = nil
                held.append(block)
            case 1 where !held.isEmpty:
                let block = held.remove(at: source.next(held.count))
                pool.release([block])
                if held.contains(block) { continue }
                if content[block] == nil { free.insert(block, at: 0) } else { free.append(block) }
            case 2 where !held.isEmpty:
                let block = held[source.next(held.count)]
                if content[block] != nil { continue }
                content[block] = hash(UInt64(step))
                pool.register(block, as: hash(UInt64(step)))
            default:
                guard let (block, hash) = content.min(by: { $0.key < $1.key }) else { continue }
                #expect(pool.block(for: hash) == block)
                pool.retain(block)
                free.removeAll { $0 == block }
                held.append(block)
            }
            #expect(pool.freeBlocks == free)
            #expect(pool.sharedCount == Set(held).filter { pool.holderCount(of: $0) > 1 }.count)
        }
    }
}
