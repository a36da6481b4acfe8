import Compute
import Models

/// One sequence in a model's cache, advanced by as many positions at a time as a test likes.
final class ModelRun {
    let model: any LanguageModel
    let cache: any KeyValueCache
    let blockTable: [Int32]
    let promptLength: Int
    private(set) var position = 0

    init(
        _ model: any LanguageModel, promptLength: Int, capacity: Int = 1152, blockSize: Int = 32
    ) throws {
        self.model = model
        self.promptLength = promptLength
        let blocks = (capacity + blockSize - 1) / blockSize
        cache = try model.makeCache(blockCount: blocks + 3, blockSize: blockSize)
        // Scattered, so that an address that ignores the table shows.
        blockTable = (0..<blocks).map { Int32(($0 * 7 + 3) % (blocks + 3)) }.uniqued(below: Int32(blocks + 3))
    }

    /// Runs the next tokens and returns the logits of each.
    func advance(_ tokens: ArraySlice<Int32>) -> [[Float]] {
        let batch = ForwardBatch(
            tokens: Array(tokens),
            sequences: [
                ForwardBatch.Sequence(
                    rowCount: tokens.count, firstPosition: position, promptLength: promptLength,
                    blockTable: blockTable)
            ], logitRows: Array(0..<tokens.count))
        position += tokens.count
        let logits = model.forward(batch, cache: cache)
        return (0..<logits.rows).map { logits.row($0) }
    }

    /// Runs all tokens in chunks of the given size.
    func run(_ tokens: [Int32], chunk: Int) -> [[Float]] {
        stride(from: 0, to: tokens.count, by: chunk).flatMap { first in
            advance(tokens[first..<min(first + chunk, tokens.count)])
        }
    }
}

extension [Int32] {
    /// Repeated numbers replaced by unused ones.
    fileprivate func uniqued(below limit: Int32) -> [Int32] {
        var free = Set(0..<limit).subtracting(self)
        var seen: Set<Int32> = []
        return map { number in
            if seen.insert(number).inserted { return number }
            return free.popFirst() ?? number
        }
    }
}

func largestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
    zip(a, b).reduce(0) { worst, rows in
        zip(rows.0, rows.1).reduce(worst) { Swift.max($0, abs($1.0 - $1.1)) }
    }
}

func rows(of values: [Float], columns: Int) -> [[Float]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
}

func argmax(_ row: [Float]) -> Int32 {
    var best = 0
    for (index, value) in row.enumerated() where value > row[best] { best = index }
    return Int32(best)
}
