/// Scores by level, by subject and by kind of instruction.
struct GroupTables {
    let summary: BenchmarkSummary

    /// Above this many rows a table is folded.
    private static let openLimit = 12

    var html: [Markup] {
        [
            table("By level", "level", summary.levels.map { row($0) }),
            table("By subject", "subject", summary.subjects.map { row($0) }),
            instructions,
        ].compactMap { $0 }
    }

    private func table(_ title: String, _ column: String, _ rows: [Markup]) -> Markup? {
        guard !rows.isEmpty else { return nil }
        return """
            <details class="block"\(rows.count <= Self.openLimit ? " open=\"\"" as Markup : nil)><summary>\(title)</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="\(title)">
            <table class="groups">
            <thead><tr><th scope="col">\(column)</th><th scope="col" class="number">questions</th>\
            <th scope="col" class="number">pass@1</th><th scope="col"><span class="offscreen">Bar from 0 to 100</span></th>\
            <th scope="col" class="number">SE</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            </div>
            </details>
            """
    }

    private func row(_ group: BenchmarkSummary.Group) -> Markup {
        """
        <tr><th scope="row">\(group.name)</th><td class="number">\(Figures.count(group.questions))</td>\
        <td class="number"><strong>\(Figures.percent(group.score.passAt1))</strong></td>\
        <td class="bar">\(bar(group.score.passAt1, error: group.score.questionError))</td>\
        <td class="number">\(group.score.questionError.map { Figures.percent($0) } ?? "—")</td></tr>

        """
    }

    private func bar(_ value: Double, error: Double? = nil) -> Markup {
        let width = 140.0
        let whisker = error.map { error in
            let low = max(0, value - error) * width
            let high = min(1, value + error) * width
            return "<path class=\"whisker\" d=\"M\(low) 7H\(high)\" />" as Markup
        }
        return """
            <svg width="\(width)" height="14" viewBox="0 0 \(width) 14" aria-hidden="true"><rect class="track" y="2" \
            width="\(width)" height="10" rx="2" /><rect class="right" y="2" width="\(value * width)" height="10" rx="2" />\(whisker)</svg>
            """
    }

    private var instructions: Markup? {
        guard !summary.instructions.isEmpty else { return nil }
        let rows = summary.instructions.map { instruction in
            let strict = Double(instruction.strict) / Double(instruction.count)
            let loose = Double(instruction.loose) / Double(instruction.count)
            return """
                <tr><th scope="row">\(instruction.name)</th><td class="number">\(Figures.count(instruction.count))</td>\
                <td class="number"><strong>\(Figures.percent(strict))</strong></td><td class="bar">\(bar(strict))</td>\
                <td class="number">\(Figures.percent(loose))</td></tr>

                """ as Markup
        }
        let count = summary.instructions.reduce(0) { $0 + $1.count }
        let strict = Double(summary.instructions.reduce(0) { $0 + $1.strict }) / Double(count)
        let loose = Double(summary.instructions.reduce(0) { $0 + $1.loose }) / Double(count)
        return """
            <details class="block" open=""><summary>By instruction</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="By instruction">
            <table class="groups">
            <thead><tr><th scope="col">instruction</th><th scope="col" class="number">samples</th>\
            <th scope="col" class="number">strict</th><th scope="col"><span class="offscreen">Bar from 0 to 100</span></th>\
            <th scope="col" class="number">loose</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            <tfoot><tr><th scope="row">all instructions</th><td class="number">\(Figures.count(count))</td>\
            <td class="number"><strong>\(Figures.percent(strict))</strong></td><td class="bar">\(bar(strict))</td>\
            <td class="number">\(Figures.percent(loose))</td></tr></tfoot>
            </table>
            </div>
            </details>
            """
    }
}
