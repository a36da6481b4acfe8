internal import Synchronization

/// The series of a metric by their label values, in the order of their first use.
final class SeriesTable<Value: Sendable>: Sendable {
    private struct State {
        var order: [[String]] = []
        var values: [[String]: Value] = [:]
    }

    private let labelCount: Int
    private let initial: Value
    private let state: Mutex<State>

    /// A metric without labels has its one series from the beginning.
    init(labelCount: Int, initial: Value) {
        self.labelCount = labelCount
        self.initial = initial
        state = Mutex(labelCount == 0 ? State(order: [[]], values: [[]: initial]) : State())
    }

    func update(_ labels: [String], _ change: (inout Value) -> Void) {
        precondition(labels.count == labelCount, "a series needs a value for each of its labels")
        state.withLock { state in
            let count = state.values.count
            change(&state.values[labels, default: initial])
            if state.values.count > count { state.order.append(labels) }
        }
    }

    var all: [(labels: [String], value: Value)] {
        state.withLock { state in
            state.order.compactMap { labels in state.values[labels].map { (labels, $0) } }
        }
    }
}
