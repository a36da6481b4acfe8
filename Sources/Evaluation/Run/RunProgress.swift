import Glibc
import Synchronization

/// How far a run is, on standard error: a line for each benchmark, drawn over on a terminal, added now and then elsewhere.
package final class RunProgress: Sendable {
    private struct State {
        var shown: Duration?
        var lines = 0
        /// Tokens spent by then, over the last minute.
        var history: [(elapsed: Duration, spent: Int)] = []
        var answers = -1
    }

    private let titles: [String]
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    /// - Parameter titles: the benchmarks' names.
    package init(titles: [String], isQuiet: Bool) {
        let width = titles.map(\.count).max() ?? 0
        self.titles = titles.map { $0 + String(repeating: " ", count: width - $0.count) }
        self.isQuiet = isQuiet
    }

    func show(_ board: RunBoard, elapsed: Duration, isLast: Bool = false) {
        guard !isQuiet else { return }
        let pause: Duration = isTerminal ? .milliseconds(500) : .seconds(30)
        let text = state.withLock { state -> String? in
            if let shown = state.shown, elapsed - shown < pause, !isLast { return nil }
            state.shown = elapsed
            let (spent, tallies) = (board.spent, board.tallies)
            let answers = tallies.reduce(0) { $0 + $1.done + $1.errors }
            // Nothing to tell yet, or nothing new: a log shall not fill with it.
            guard isTerminal || answers > 0 && answers != state.answers else { return nil }
            state.answers = answers
            state.history.append((elapsed, spent))
            while state.history.count > 2, elapsed - state.history[1].elapsed > .seconds(60) {
                state.history.removeFirst()
            }
            let first = state.history.count > 1 ? state.history[0] : (.zero, 0)
            let speed = Double(spent - first.spent) / max(1e-3, (elapsed - first.elapsed) / .seconds(1))
            let lines = Self.lines(titles, tallies, underWay: board.underWay, speed: speed)
            defer { state.lines = lines.count }
            let up = isTerminal && state.lines > 0 ? "\u{1B}[\(state.lines)A" : ""
            return up + lines.map { $0 + (isTerminal ? "\u{1B}[K\n" : "\n") }.joined()
        }
        guard var text else { return }
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func lines(_ titles: [String], _ tallies: [RunTally], underWay: Int, speed: Double) -> [String] {
        var rest = -Double(underWay)
        return zip(titles, tallies).map { title, tally in
            rest += tally.expectedRest
            var line = "\(title)  \(Figures.count(tally.done))/\(Figures.count(tally.total))"
            if let score = tally.passAt1 {
                let spread = tally.rerunError.map { " ± \(Figures.percent($0))" } ?? ""
                line += "  pass@1 \(Figures.percent(score))\(spread)"
                line += "  truncated \(Figures.percent(Double(tally.truncated) / Double(tally.done))) %"
            }
            if tally.errors > 0 { line += "  errors \(tally.errors)" }
            if tally.done + tally.errors < tally.total {
                line += "  \(Figures.count(Int(speed))) tok/s"
                if speed > 0, tally.done > 0 { line += "  \(Figures.duration(max(0, rest) / speed)) left" }
            }
            return line
        }
    }
}
