internal import Synchronization

/// The series of a metric by their label values, in the order of their first use.
final class SeriesTable<Value: Sendable>: Sendable {
    private struct State {
        var labels: [[String]]
        var values: [Value]
        var indices: [[String]: Int]
        /// Of the series that was changed last: most changes come to few series.
        var last = 0

        /// The series' place, a new one where it is not there yet.
        mutating func index(of wanted: [String], initial: Value) -> Int {
            if last < labels.count, labels[last] == wanted { return last }
            if let index = indices[wanted] {
                last = index
            } else {
                last = labels.count
                indices[wanted] = last
                labels.append(wanted)
                values.append(initial)
            }
            return last
        }
    }

    private let labelCount: Int
    private let initial: Value
    private let state: Mutex<State>

    /// A metric without labels has its one series from the beginning.
    init(labelCount: Int, initial: Value) {
        self.labelCount = labelCount
        self.initial = initial
        var state = State(labels: [], values: [], indices: [:])
        if labelCount == 0 { _ = state.index(of: [], initial: initial) }
        self.state = Mutex(state)
    }

    func update(_ labels: [String], _ change: (inout Value) -> Void) {
        precondition(labels.count == labelCount, "a series needs a value for each of its labels")
        state.withLock { state in
            change(&state.values[state.index(of: labels, initial: initial)])
        }
    }

    var all: [(labels: [String], value: Value)] {
        state.withLock { state in zip(state.labels, state.values).map { ($0, $1) } }
    }
}
