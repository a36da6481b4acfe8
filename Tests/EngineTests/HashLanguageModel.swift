import Compute
import Engine
import Models
import Synchronization

/// A `LanguageModel` that computes what `FakeRunner` does, with logits in place of drawn tokens.
final class HashLanguageModel: LanguageModel {
    final class Cache: KeyValueCache {
        let blockCount: Int
        let blockSize: Int
        let entries: Mutex<[UInt64]>

        init(blockCount: Int, blockSize: Int) {
            self.blockCount = blockCount
            self.blockSize = blockSize
            entries = Mutex(Array(repeating: 0xdead, count: blockCount * blockSize))
        }
    }

    let vocabularySize: Int
    let contextLength = 256
    let distinguishesRoles = true
    let cacheBytesPerToken = 8
    /// Position whose logits are not numbers.
    let brokenPosition: Int?

    init(vocabularySize: Int = HashModel.vocabularySize, brokenPosition: Int? = nil) {
        self.vocabularySize = vocabularySize
        self.brokenPosition = brokenPosition
    }

    func makeCache(blockCount: Int, blockSize: Int) throws -> any KeyValueCache {
        Cache(blockCount: blockCount, blockSize: blockSize)
    }

    func forward(_ batch: ForwardBatch, cache: any KeyValueCache) -> Tensor {
        guard let cache = cache as? Cache else { preconditionFailure("a cache of another model") }
        let logits = Tensor(rows: batch.logitRows.count, columns: vocabularySize)
        var row = 0
        var written = 0
        for sequence in batch.sequences {
            var past: [UInt64] = []
            for position in 0..<sequence.firstPosition + sequence.rowCount {
                let block = Int(sequence.blockTable[position / cache.blockSize])
                let slot = block * cache.blockSize + position % cache.blockSize
                if position >= sequence.firstPosition {
                    let entry = HashModel.entry(
                        token: batch.tokens[row], position: position, isPrompt: position < sequence.promptLength,
                        past: past)
                    cache.entries.withLock { $0[slot] = entry }
                    if batch.logitRows.contains(row) {
                        write(position == brokenPosition ? nil : entry, to: logits, written)
                        written += 1
                    }
                    row += 1
                }
                past.append(cache.entries.withLock { $0[slot] })
            }
        }
        return logits
    }

    private func write(_ entry: UInt64?, to logits: Tensor, _ row: Int) {
        logits.withMutableRow(row) { values in
            for token in 0..<values.count {
                values[token] = entry.map { Float(HashModel.mix($0, UInt64(token)) >> 40) * 0x1p-22 } ?? .nan
            }
        }
    }
}
