import Testing

@testable import Tokenization

@Suite struct MergeWorkspaceTests {
    /// Every pair of tokens below `count` merges with probability a half, in random order of ranks.
    private func table(_ count: Int32, _ generator: inout SeededGenerator) -> MergeTable {
        var pairs: [(Int32, Int32)] = []
        for left in 0..<count {
            for right in 0..<count where Bool.random(using: &generator) { pairs.append((left, right)) }
        }
        pairs.shuffle(using: &generator)
        var table = MergeTable(capacity: pairs.count)
        for (rank, (left, right)) in pairs.enumerated() {
            table.insert(left: left, right: right, rank: UInt32(rank), newID: count + Int32(rank % 7))
        }
        return table
    }

    /// The definition: merge the pair of lowest rank, of equal ones the leftmost, until none is left.
    private func merged(_ symbols: [Int32], _ table: MergeTable) -> [Int32] {
        var symbols = symbols
        while true {
            let pairs = zip(symbols, symbols.dropFirst()).map { table.merge($0, $1) }
            guard let best = pairs.min(), best != MergeTable.none, let place = pairs.firstIndex(of: best) else {
                return symbols
            }
            symbols.replaceSubrange(place...place + 1, with: [MergeTable.newID(best)])
        }
    }

    @Test func `scanning and heap both give the definition's result`() {
        var generator = SeededGenerator(state: 1)
        var workspace = MergeWorkspace()
        for round in 0..<300 {
            let table = table(4, &generator)
            let length =
                round % 2 == 0 ? Int.random(in: 0...48, using: &generator) : Int.random(in: 49...120, using: &generator)
            let symbols = (0..<length).map { _ in Int32.random(in: 0..<4, using: &generator) }
            workspace.symbols = symbols
            workspace.merge(with: table)
            #expect(workspace.symbols == merged(symbols, table))
        }
    }

    @Test func `the heap gives its lowest merge, of equal ranks the leftmost`() {
        var generator = SeededGenerator(state: 2)
        var heap = MergeHeap()
        var expected: [UInt64] = []
        for _ in 0..<1000 {
            let rank = UInt32.random(in: 0..<50, using: &generator)
            let position = Int.random(in: 0..<1000, using: &generator)
            heap.push(rank: rank, position: position)
            expected.append(UInt64(rank) << 32 | UInt64(position))
        }
        for key in expected.sorted() {
            let top = heap.pop()
            #expect(top?.rank == UInt32(key >> 32) && top?.position == Int(key & 0xFFFF_FFFF))
        }
        #expect(heap.pop() == nil)
    }
}
