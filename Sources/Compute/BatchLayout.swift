/// Where the rows of one step stand in their sequences: positions, visible keys and block tables, in memory that is
/// kept between steps.
package final class BatchLayout: @unchecked Sendable {
    /// Consecutive rows at consecutive positions of one sequence.
    package struct Run: Sendable {
        package let rows: Range<Int>
        package let firstPosition: Int
        /// Rows before this count as prompt.
        package let promptRows: Int
        let tableOffset: Int

        /// The part of the run with the role `prompt`, empty or not.
        package var prompt: Run { part(0..<promptRows) }
        /// The part of the run with the role `generated`, empty or not.
        package var generated: Run { part(promptRows..<rows.count) }

        /// Keys that the last row sees.
        var keyCount: Int { firstPosition + rows.count }

        private func part(_ range: Range<Int>) -> Run {
            Run(
                rows: rows.lowerBound + range.lowerBound..<rows.lowerBound + range.upperBound,
                firstPosition: firstPosition + range.lowerBound,
                promptRows: max(min(promptRows, range.upperBound) - range.lowerBound, 0), tableOffset: tableOffset)
        }
    }

    package private(set) var runs: [Run] = []
    package private(set) var rowCount = 0
    /// Tokens of a block.
    private(set) var blockSize = 1
    package private(set) var positions: [Int] = []
    /// Keys that each row sees: its position + 1.
    private(set) var limits: UnsafeMutablePointer<Int32>
    private var limitCapacity = 64
    private(set) var tables: UnsafeMutablePointer<Int32>
    private var tableCapacity = 1024
    private var tableCount = 0

    package init() {
        limits = .allocate(capacity: limitCapacity)
        tables = .allocate(capacity: tableCapacity)
    }

    deinit {
        limits.deallocate()
        tables.deallocate()
    }

    package func removeAll() {
        runs.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        rowCount = 0
        tableCount = 0
    }

    /// Appends the next rows. The table must cover their positions with `blockSize` tokens a block.
    package func append(
        rowCount count: Int, firstPosition: Int, promptLength: Int, blockTable: [Int32], blockSize: Int
    ) {
        precondition(count >= 0 && firstPosition >= 0, "\(count) rows from position \(firstPosition)")
        precondition(
            blockTable.count * blockSize >= firstPosition + count,
            "\(blockTable.count) blocks of \(blockSize) tokens for \(firstPosition + count) positions")
        self.blockSize = blockSize
        Self.grow(&limits, count: rowCount, to: rowCount + count, &limitCapacity)
        Self.grow(&tables, count: tableCount, to: tableCount + blockTable.count, &tableCapacity)
        for row in 0..<count {
            limits[rowCount + row] = Int32(firstPosition + row + 1)
            positions.append(firstPosition + row)
        }
        for (index, block) in blockTable.enumerated() { tables[tableCount + index] = block }
        runs.append(
            Run(
                rows: rowCount..<rowCount + count, firstPosition: firstPosition,
                promptRows: min(max(promptLength - firstPosition, 0), count), tableOffset: tableCount))
        rowCount += count
        tableCount += blockTable.count
    }

    func table(of run: Run) -> UnsafePointer<Int32> { UnsafePointer(tables + run.tableOffset) }

    private static func grow(
        _ memory: inout UnsafeMutablePointer<Int32>, count: Int, to needed: Int, _ capacity: inout Int
    ) {
        guard needed > capacity else { return }
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
    }
}
