import Synchronization

/// Ends a run early, from anywhere.
package final class StopSwitch: Sendable {
    private let state = Mutex<String?>(nil)

    package init() {}

    /// Why the run is to end; the first reason stays.
    package func stop(_ reason: String) {
        state.withLock { $0 = $0 ?? reason }
    }

    package var reason: String? { state.withLock { $0 } }
}
