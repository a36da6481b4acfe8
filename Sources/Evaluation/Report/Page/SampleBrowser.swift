internal import JSON

/// Some samples to read: wrong ones first, of as many questions as possible, cut to a bounded length.
struct SampleBrowser {
    let summary: BenchmarkSummary
    let anchor: String
    /// Whether texts of the benchmark are shown.
    let showsTexts: Bool

    private static let limits: [(outcome: Outcome, count: Int)] = [(.wrong, 20), (.truncated, 8), (.right, 8)]
    private static let reasoningLimit = 6000
    private static let textLimit = 4000

    var html: Markup? {
        guard summary.rates.samples > 0 else { return nil }
        let note = """
            The authors of this benchmark ask that its questions stay out of plain view, so that texts are left out; \
            --show-questions shows them.
            """
        return """
            <h3>Samples</h3>
            \(showsTexts ? nil : "<p class=\"soft\">\(note)</p>" as Markup)
            \(Self.limits.map { group($0.outcome, $0.count) })
            """
    }

    private func group(_ outcome: Outcome, _ limit: Int) -> Markup {
        // The first such sample of every question stands before the second of any.
        let all = summary.questions.enumerated().flatMap { place, question in
            question.samples.filter { $0.outcome == outcome }.enumerated().map {
                (rank: $0.offset, place: place, question: question.question, sample: $0.element)
            }
        }.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
        guard !all.isEmpty else { return "" }
        let left = all.count - limit
        let count = left > 0 ? "\(limit) of \(Figures.count(all.count)) shown" : Figures.count(all.count)
        return """
            <h4>\(LegendOfOutcomes.icon(outcome)) \(outcome.rawValue) <small>\(count)</small></h4>
            <div class="samples">
            \(all.prefix(limit).map { sample($0.question, $0.sample) })</div>
            """
    }

    private func sample(_ question: Question, _ sample: Sample) -> Markup {
        return """
            <details class="sample"><summary><b>\(question.id)</b> <span class="soft">sample \(sample.index)</span> \
            <span>\(verdict(question, sample))</span> \
            <span class="soft">\(Figures.count(sample.completionTokens)) tokens</span></summary>
            \(showsTexts ? texts(question, sample) : nil)
            <p class="soft">\(facts(sample))</p>
            </details>

            """
    }

    private func verdict(_ question: Question, _ sample: Sample) -> String {
        guard summary.rates.abstained != nil else { return "score \(Figures.fixed(sample.score, 2))" }
        let found = "answer \(sample.verdict?.answer.map { Self.cut($0, 80) } ?? "none")"
        return showsTexts ? "\(found), expected \(Self.cut(Self.text(of: question.gold), 80))" : found
    }

    private func texts(_ question: Question, _ sample: Sample) -> Markup {
        """
        <h5>Question</h5>\(Self.block(question.prompt, Self.textLimit))
        \(sample.reasoning.isEmpty ? nil : reasoning(sample))
        <h5>Answer</h5>\(sample.content.isEmpty ? "<p class=\"soft\">None.</p>" : Self.block(sample.content, Self.textLimit))
        """
    }

    private func reasoning(_ sample: Sample) -> Markup {
        """
        <details class="reasoning"><summary>Reasoning, \(Figures.count(sample.reasoningTokens)) tokens</summary>\
        \(Self.block(sample.reasoning, Self.reasoningLimit))</details>
        """
    }

    private func facts(_ sample: Sample) -> String {
        [
            "score \(Figures.fixed(sample.score, 2))", sample.verdict?.rule.map { "found by \($0)" },
            "ended by \(sample.finishReason)", "seed \(sample.seed)",
            showsTexts ? sample.verdict?.detail.map { "detail \(Self.cut($0.serialized(), 400))" } : nil,
        ].compactMap { $0 }.joined(separator: " · ")
    }

    /// A long text loses its middle.
    private static func block(_ text: String, _ limit: Int) -> Markup {
        let characters = text.unicodeScalars
        guard characters.count > limit else { return "<pre>\(text)</pre>" }
        let head = String(String.UnicodeScalarView(characters.prefix(limit / 2)))
        let tail = String(String.UnicodeScalarView(characters.suffix(limit - limit / 2)))
        let left = Figures.count(characters.count - limit)
        return "<pre>\(head)\n<span class=\"left\">[\(left) characters left out]</span>\n\(tail)</pre>"
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        let characters = text.unicodeScalars
        return characters.count > limit ? String(String.UnicodeScalarView(characters.prefix(limit))) + "…" : text
    }

    private static func text(of gold: JSONValue) -> String { gold.stringValue ?? gold.serialized() }
}
