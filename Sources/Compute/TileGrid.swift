/// How one product is cut into tasks: tiles of outputs times rows, outputs within rows.
struct TileGrid {
    let rows: Range<Int>
    let outputs: Range<Int>
    let rowTile: Int
    let outputTile: Int
    let rowTiles: Int
    let outputTiles: Int

    var count: Int { rowTiles * outputTiles }

    /// Weights of one task when they are streamed for few rows: long enough for the hardware's prefetching, short
    /// enough to share evenly.
    private static let streamedBytes = 512 << 10
    private static let fewRows = 16
    /// Up to this many rows the kernels decode weights on their way to the multiply-add, 8 outputs at a time; beyond
    /// it they work in blocks of 66 rows x 48 outputs.
    private static let streamedRows = 3
    /// Block formats are packed in strips of 16, and single rows go through four of them side by side.
    private static let streamedOutputs = 16
    private static let streamedAbreast = 64
    private static let outputBlock = 48
    private static let manyRowTile = 4 * 66
    private static let manyOutputTile = 2 * outputBlock

    init(rows: Range<Int>, outputs: Range<Int>, rowBytes: Int, threads: Int) {
        self.rows = rows
        self.outputs = outputs
        if rows.count <= Self.fewRows {
            rowTile = max(rows.count, 1)
            let even = (outputs.count + threads * 4 - 1) / (threads * 4)
            let shares = max((outputs.count * rowBytes / Self.streamedBytes + threads - 1) / threads, 4)
            let wanted = (outputs.count + threads * shares - 1) / (threads * shares)
            let streamed = even >= Self.streamedAbreast ? Self.streamedAbreast : Self.streamedOutputs
            let multiple = rows.count <= Self.streamedRows ? streamed : Self.outputBlock
            outputTile = max((wanted + multiple - 1) / multiple, 1) * multiple
        } else {
            rowTile = Self.manyRowTile
            outputTile = Self.manyOutputTile
        }
        rowTiles = (rows.count + rowTile - 1) / rowTile
        outputTiles = (outputs.count + outputTile - 1) / outputTile
    }

    subscript(index: Int) -> (rows: Range<Int>, outputs: Range<Int>) {
        let firstRow = rows.lowerBound + index / outputTiles * rowTile
        let firstOutput = outputs.lowerBound + index % outputTiles * outputTile
        return (
            firstRow..<min(firstRow + rowTile, rows.upperBound),
            firstOutput..<min(firstOutput + outputTile, outputs.upperBound)
        )
    }
}
