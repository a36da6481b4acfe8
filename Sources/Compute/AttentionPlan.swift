import CKernels

/// How one step's attention over paged keys is cut into tasks; the same for all layers.
///
/// Keys are cut at fixed multiples of 512 positions, queries into tiles that share a KV head. Runs whose block tables
/// start with the same blocks (samples of one prompt, prompts with a common beginning) share tiles: the kernel reads
/// what they share once for the whole tile. Neither that nor whether a tile walks its key ranges in one task or in
/// several changes a bit: a row's result depends on its own keys, and the ranges' partial results are merged in
/// ascending order.
package struct AttentionPlan: @unchecked Sendable {
    /// Heads and sizes of the attention.
    package struct Shape: Sendable, Hashable {
        package var keyValueHeads: Int
        /// Query heads that share a KV head.
        package var groupSize: Int
        package var keySize: Int
        package var valueSize: Int
        /// Multiplies query-key products.
        package var scale: Float

        package init(keyValueHeads: Int, groupSize: Int, keySize: Int, valueSize: Int, scale: Float) {
            self.keyValueHeads = keyValueHeads
            self.groupSize = groupSize
            self.keySize = keySize
            self.valueSize = valueSize
            self.scale = scale
        }

        var heads: Int { keyValueHeads * groupSize }
    }

    /// Query rows that walk the keys together.
    struct Tile {
        var keyValueHead: Int
        /// Heads of the group, counted within it.
        var heads: Range<Int>
        /// Which of the plan's positions.
        var positions: Range<Int>
        /// Key ranges that some row sees.
        var ranges: Int
        /// Floats before this tile's partial results where several tasks make them.
        var partialOffset: Int

        var queryRows: Int { positions.count * heads.count }
    }

    /// Positions per key range.
    static let keyRange = 512
    private static let tileQueries = 128

    let shape: Shape
    /// Every row of the runs; their tables are the layout's, which must not change while the plan is in use.
    private(set) var positions: [ck_position] = []
    private(set) var tiles: [Tile] = []
    /// (tile, range) of each task where the ranges are tasks of their own, else empty.
    private(set) var pieces: [(tile: Int, range: Int)] = []
    /// Floats that the partial results of all pieces take.
    private(set) var partialFloats = 0

    /// - Parameter sharesPrefixes: without it every run has tiles of its own; the results are the same.
    package init(
        _ shape: Shape, runs: [BatchLayout.Run], layout: BatchLayout, threads: Int, sharesPrefixes: Bool = true
    ) {
        self.shape = shape
        for family in sharesPrefixes ? layout.families(of: runs, sharing: Int(CK_KEY_TILE)) : runs.map({ [$0] }) {
            let first = positions.count
            for run in family { positions += layout.kernelPositions(of: run) }
            appendTiles(of: first..<positions.count)
        }
        if tiles.count < 4 * threads, tiles.contains(where: { $0.ranges > 1 }) { splitRanges() }
    }

    private mutating func appendTiles(of family: Range<Int>) {
        let headTile = min(shape.groupSize, Self.tileQueries / 2)
        let positionTile = max(Self.tileQueries / headTile, 1)
        for first in stride(from: family.lowerBound, to: family.upperBound, by: positionTile) {
            let rows = first..<min(first + positionTile, family.upperBound)
            let keys = rows.reduce(0) { max($0, Int(positions[$1].limit)) }
            for head in 0..<shape.keyValueHeads {
                for firstHead in stride(from: 0, to: shape.groupSize, by: headTile) {
                    tiles.append(
                        Tile(
                            keyValueHead: head, heads: firstHead..<min(firstHead + headTile, shape.groupSize),
                            positions: rows, ranges: (keys + Self.keyRange - 1) / Self.keyRange, partialOffset: 0))
                }
            }
        }
    }

    private mutating func splitRanges() {
        for index in tiles.indices {
            tiles[index].partialOffset = partialFloats
            partialFloats += partialFloatCount(tiles[index])
            for range in 0..<tiles[index].ranges { pieces.append((index, range)) }
        }
    }

    /// Maxima, sums and accumulators of all ranges of a tile, rounded to whole cache lines.
    func partialFloatCount(_ tile: Tile) -> Int {
        (tile.ranges * tile.queryRows * (shape.valueSize + 2) + 15) / 16 * 16
    }
}
