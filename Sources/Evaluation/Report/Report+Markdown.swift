extension Report {
    /// For a terminal: one line for each benchmark, then what stands behind it.
    package var markdown: String {
        var text = "# \(MarkdownTable.escaped(model))\n\n"
        if benchmarks.isEmpty { return text + "The run has no benchmark.\n" }
        var table = MarkdownTable([
            "benchmark", "pass@1", "± rerun", "95 % CI", "published", "cons@k", "truncated", "samples",
        ])
        for benchmark in benchmarks { table.add(benchmark.line) }
        text += table.text
        text += """

            pass@1 is the mean of the questions' means, in percent. "± rerun" is how far it moves at 95 % when the same
            questions are asked again; the interval says where it would lie for other questions of their kind.

            """
        if !notes.isEmpty { text += "\n" }
        for note in notes { text += "- \(MarkdownTable.escaped(note))\n" }
        for benchmark in benchmarks { text += "\n" + benchmark.markdown }
        if !settings.isEmpty {
            var table = MarkdownTable(["how it was run", "value"])
            for setting in settings { table.add([setting.path, setting.value]) }
            text += "\n" + table.text
        }
        return text
    }
}

extension BenchmarkSummary {
    fileprivate var line: [String] {
        [
            benchmark.title + (isPartial ? " (partial)" : ""),
            score.map { Figures.percent($0.passAt1) } ?? "—",
            score?.rerunError.map(Figures.plusMinus) ?? "—",
            questionInterval.map(Figures.range) ?? "—",
            published.first.map { Figures.fixed($0.published.passAt1) } ?? "—",
            votes.map { Figures.percent($0.consensus.value) } ?? "—",
            rates.samples == 0 ? "—" : Figures.percent(Double(rates.truncated) / Double(rates.samples)) + " %",
            "\(Figures.count(questions.count)) × \(samplesPerQuestion)",
        ]
    }

    fileprivate var markdown: String {
        var text = "## \(MarkdownTable.escaped(benchmark.title))\n\n"
        for sentence in sentences + publishedSentences { text += "- \(sentence)\n" }
        if !bestOf.isEmpty {
            var table = MarkdownTable(["samples"] + bestOf.map { String($0.size) })
            table.add(["pass@k"] + bestOf.map { Figures.percent($0.value) })
            if let votes {
                let values = bestOf.map { point in votes.curve.first { $0.size == point.size }?.value }
                table.add(["cons@k"] + values.map { $0.map { Figures.percent($0) } ?? "—" })
            }
            text += "\n" + table.text
        }
        if !tokens.rows.isEmpty {
            var table = MarkdownTable(["tokens", "samples", "mean", "p50", "p90", "p99", "max"])
            for row in tokens.rows { table.add(row.cells) }
            text += "\n" + table.text
        }
        for (name, groups) in [("level", levels), ("subject", subjects)] where !groups.isEmpty {
            var table = MarkdownTable([name, "questions", "pass@1", "question SE"])
            for group in groups {
                table.add([
                    group.name, Figures.count(group.questions), Figures.percent(group.score.passAt1),
                    group.score.questionError.map { Figures.percent($0) } ?? "—",
                ])
            }
            text += "\n" + table.text
        }
        if !instructions.isEmpty {
            var table = MarkdownTable(["instruction", "samples", "strict", "loose"])
            for instruction in instructions {
                table.add([
                    instruction.name, Figures.count(instruction.count),
                    Figures.percent(Double(instruction.strict) / Double(instruction.count)),
                    Figures.percent(Double(instruction.loose) / Double(instruction.count)),
                ])
            }
            text += "\n" + table.text
        }
        return text
    }
}

extension TokenUse.Row {
    /// Part and outcome, then the figures.
    var cells: [String] {
        [
            part.rawValue + (outcome.map { ", \($0.rawValue)" } ?? ""), Figures.count(distribution.count),
            Figures.count(distribution.mean), Figures.count(distribution.median), Figures.count(distribution.p90),
            Figures.count(distribution.p99), Figures.count(distribution.maximum),
        ]
    }
}
