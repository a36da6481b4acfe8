internal import Terminal

/// How an answer looks while it comes.
struct AnswerView: Sendable {
    private static let spinner = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
    private static let barWidth = 20

    private(set) var answer: RunningAnswer
    /// Whether the chain of thought shows its first line alone.
    var isFolded = false
    var isStopped = false
    /// Requests that wait at the server, this one among them; nil: not known.
    var waitingRequests: Int?
    private var width: Int
    private var thought: RunningText
    private var stream = MarkdownStream()
    private var thoughtSanitizer = Sanitizer()
    private var answerSanitizer = Sanitizer()

    init(width: Int) {
        self.width = width
        answer = RunningAnswer(start: .now)
        thought = Self.emptyThought(width)
    }

    private static func emptyThought(_ width: Int) -> RunningText {
        RunningText(width: width, style: .dim, margin: Transcript.thoughtMargin)
    }

    /// Takes what came; returns the blocks of the answer that are settled by it.
    mutating func take(_ event: AnswerEvent, at time: ContinuousClock.Instant) -> [MarkdownBlock] {
        let before = answer.message.content.isEmpty
        answer.take(event, at: time)
        switch event {
        case .reasoning(let text): thought.append(thoughtSanitizer.append(text))
        case .content(let text):
            stream.append(answerSanitizer.append(before ? answer.message.content : text))
        default: break
        }
        return stream.takeSettled()
    }

    /// Ends the answer; returns its last blocks.
    mutating func finish() -> [MarkdownBlock] {
        stream.finish()
        return stream.takeSettled()
    }

    mutating func rewrap(width: Int) {
        self.width = width
        thought = Self.emptyThought(width)
        var sanitizer = Sanitizer()
        thought.append(sanitizer.append(answer.message.reasoning))
    }

    /// What is left of the chain of thought when the answer begins; nil where there was none.
    var thoughtSummary: String? {
        guard !answer.message.reasoning.isEmpty else { return nil }
        let seconds = Int(answer.thinkingTime(at: .now).rounded())
        let tokens = answer.reasoningTokens
        return
            "Thought for \(seconds) second\(seconds == 1 ? "" : "s") (\(tokens) token\(tokens == 1 ? "" : "s")), /think show"
    }

    /// At most `height` rows.
    func rows(height: Int, now: ContinuousClock.Instant) -> [StyledLine] {
        let waited = answer.waited(at: now)
        let sign = Self.spinner[Int(waited * 10) % Self.spinner.count]
        switch answer.phase {
        case .waiting:
            let seconds = waited < 1 ? "" : " \(Int(waited)) s"
            let others = max(0, (waitingRequests ?? 0) - 1)
            let queue = others > 0 ? ", \(others) other request\(others == 1 ? "" : "s") in the queue" : ""
            return [StyledLine("\(sign) Waiting…\(seconds)\(queue)", .dim)]
        case .reading(let done, let total):
            let fraction = total > 0 ? min(1, Double(done) / Double(total)) : 1
            let filled = Int(fraction * Double(Self.barWidth))
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
            return [StyledLine("\(sign) Reading \(bar) \(Int(fraction * 100)) % of \(total) tokens", .dim)]
        case .thinking:
            let seconds = Int(answer.thinkingTime(at: now))
            let head = StyledLine("\(sign) Thinking… \(seconds) s, \(answer.reasoningTokens) tokens", .dim)
            let foot = StyledLine("Ctrl-C stops · Ctrl-N answers now · Ctrl-O \(isFolded ? "unfolds" : "folds")", .dim)
            let room = min(max(1, height - 2), max(4, height / 2))
            return [head] + (isFolded ? [] : thought.lastRows(room)) + (height > 4 ? [foot] : [])
        case .answering:
            let rest = MarkdownRenderer(width: width).rows(stream.rest, isOpen: true)
            let rate = answer.liveRate.map { " \(AnswerFigures.decimal($0)) tokens/s" } ?? ""
            let foot = StyledLine("\(sign)\(rate) · Ctrl-C stops", .dim)
            return Array(rest.suffix(max(1, height - 2))) + [StyledLine(), foot]
        }
    }
}
