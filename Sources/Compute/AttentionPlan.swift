/// How one step's attention over paged keys is cut into tasks; the same for all layers.
///
/// Keys are cut at fixed multiples of 512 positions, queries into tiles that share a KV head. Whether a tile walks its
/// key ranges in one task or in several changes no bit: the ranges' partial results are merged in ascending order.
package struct AttentionPlan: Sendable {
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
        var run: BatchLayout.Run
        var keyValueHead: Int
        /// Heads of the group, counted within it.
        var heads: Range<Int>
        /// Rows of the batch.
        var rows: Range<Int>
        /// Key ranges that the last row sees.
        var ranges: Int
        /// Floats before this tile's partial results where several tasks make them.
        var partialOffset: Int

        var queryRows: Int { rows.count * heads.count }
    }

    /// Positions per key range.
    static let keyRange = 512
    private static let tileQueries = 64

    let shape: Shape
    private(set) var tiles: [Tile] = []
    /// (tile, range) of each task where the ranges are tasks of their own, else empty.
    private(set) var pieces: [(tile: Int, range: Int)] = []
    /// Floats that the partial results of all pieces take.
    private(set) var partialFloats = 0

    package init(_ shape: Shape, runs: [BatchLayout.Run], threads: Int) {
        self.shape = shape
        let headTile = min(shape.groupSize, Self.tileQueries / 2)
        let positionTile = max(Self.tileQueries / headTile, 1)
        for run in runs {
            for first in stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: positionTile) {
                let rows = first..<min(first + positionTile, run.rows.upperBound)
                let keys = run.firstPosition + rows.upperBound - run.rows.lowerBound
                for head in 0..<shape.keyValueHeads {
                    for firstHead in stride(from: 0, to: shape.groupSize, by: headTile) {
                        tiles.append(
                            Tile(
                                run: run, keyValueHead: head,
                                heads: firstHead..<min(firstHead + headTile, shape.groupSize), rows: rows,
                                ranges: (keys + Self.keyRange - 1) / Self.keyRange, partialOffset: 0))
                    }
                }
            }
        }
        if tiles.count < 4 * threads, tiles.contains(where: { $0.ranges > 1 }) { splitRanges() }
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
