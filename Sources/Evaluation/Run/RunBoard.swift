import Synchronization

/// What a run's workers count together.
final class RunBoard: Sendable {
    private struct State {
        var tallies: [RunTally]
        /// Generated tokens of the answers that this process had.
        var spent = 0
        /// Requests that failed one after the other.
        var failures = 0
    }

    private let state: Mutex<State>
    private let heard = Atomic(0)

    init(_ tallies: [RunTally]) {
        state = Mutex(State(tallies: tallies))
    }

    var tallies: [RunTally] { state.withLock { $0.tallies } }

    /// About the tokens of answers under way.
    var underWay: Int { heard.load(ordering: .relaxed) }

    /// Tokens generated for this process, those of answers under way included.
    var spent: Int { state.withLock { $0.spent } + underWay }

    func hear(_ pieces: Int) { heard.add(pieces, ordering: .relaxed) }

    /// Counts a sample; `tokens` are those that it took just now. Returns how many requests failed in a row.
    func add(_ sample: Sample, part: Int, tokens: Int) -> Int {
        state.withLock { state in
            state.tallies[part].add(sample)
            state.spent += tokens
            state.failures = sample.isAnswered ? 0 : state.failures + 1
            return state.failures
        }
    }
}
