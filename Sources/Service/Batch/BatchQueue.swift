internal import FoundationEssentials

/// The lines of a batch file that have no result yet, read as they are needed.
struct BatchQueue {
    struct Item: Sendable {
        /// From 1.
        var number: Int
        /// nil where the line has none.
        var customID: String?
        var content: Result<BatchLine, BatchLine.Fault>
    }

    /// Lines that are not empty.
    let lineCount: Int
    /// Lines passed over because they have a result.
    private(set) var earlier = 0
    private let lines: [Data.SubSequence]
    private var index = 0
    private let answered: Set<String>
    private let refused: Set<Int>
    private var seen: Set<String> = []

    init(_ content: Data, without results: BatchOutput) {
        lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lineCount = lines.count { !Self.isBlank($0) }
        answered = results.customIDs
        refused = results.lines
    }

    /// nil at the end.
    mutating func next() -> Item? {
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard !Self.isBlank(line) else { continue }
            let item = item(Array(line))
            let isDone =
                if case .success(let request) = item.content {
                    answered.contains(request.customID)
                } else {
                    refused.contains(item.number)
                }
            guard isDone else { return item }
            earlier += 1
        }
        return nil
    }

    private mutating func item(_ line: [UInt8]) -> Item {
        do throws(BatchLine.Fault) {
            let request = try BatchLine(line)
            guard seen.insert(request.customID).inserted else {
                let fault = BatchLine.Fault(
                    code: "duplicate_custom_id", message: "An earlier line has the 'custom_id' \(request.customID).")
                return Item(number: index, customID: request.customID, content: .failure(fault))
            }
            return Item(number: index, customID: request.customID, content: .success(request))
        } catch {
            return Item(number: index, content: .failure(error))
        }
    }

    private static func isBlank(_ line: Data) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }
    }
}
