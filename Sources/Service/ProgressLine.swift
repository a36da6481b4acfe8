internal import Glibc
internal import Synchronization

/// A bar on a terminal's last line; silent where standard error is none.
package final class ProgressLine: Sendable {
    private static let width = 30

    private let label: String
    private let isShown: Bool
    private let percent = Mutex(-1)

    package init(label: String, isEnabled: Bool = true) {
        self.label = label
        isShown = isEnabled && isatty(STDERR_FILENO) == 1
    }

    /// - Parameters:
    ///   - fraction: 0 to 1.
    ///   - detail: what stands behind the percentage.
    package func show(_ fraction: Double, _ detail: @autoclosure () -> String = "") {
        guard isShown else { return }
        let now = Int(fraction * 100)
        let isNews = percent.withLock { last in
            defer { last = now }
            return last != now
        }
        guard isNews else { return }
        let filled = min(Self.width, Int(fraction * Double(Self.width)))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let detail = detail()
        write("\r\(label) \(bar) \(now) %\(detail.isEmpty ? "" : "  \(detail)\u{1B}[K")")
    }

    /// Removes the bar.
    package func clear() {
        if isShown, percent.withLock({ $0 >= 0 }) { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
