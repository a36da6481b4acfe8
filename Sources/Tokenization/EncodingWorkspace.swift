import Synchronization

/// The memory of one encoding in progress. A few are kept for whoever comes next, whatever the tokenizer.
final class EncodingWorkspace: @unchecked Sendable {  // belongs to one caller between being taken and given back
    private static let idle = Mutex<[EncodingWorkspace]>([])
    private static let mostIdle = 16

    var merges = MergeWorkspace()
    let patterns = PatternWorkspace()

    static func withBorrowed<Result>(_ body: (EncodingWorkspace) -> Result) -> Result {
        let workspace = idle.withLock { $0.popLast() } ?? EncodingWorkspace()
        defer {
            if !workspace.merges.isOversized {
                idle.withLock { if $0.count < mostIdle { $0.append(workspace) } }
            }
        }
        return body(workspace)
    }
}
