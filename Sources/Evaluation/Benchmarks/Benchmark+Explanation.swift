extension Benchmark {
    /// What `apus eval show` prints.
    package var explanation: String {
        var lines = [
            "\(name): \(title)",
            "samples: card \(sampleCounts.card), card-strict \(sampleCounts.cardStrict), quick \(sampleCounts.quick)",
            "grader: \(grader.identity)",
            "expected tokens of an answer: \(Figures.short(expectedTokens))",
        ]
        if let caveat { lines.append("not comparable: \(caveat)") }
        for score in published {
            let consensus = score.consensusAt64.map { ", cons@64 \(Figures.fixed($0))" } ?? ""
            lines.append("\(score.model): pass@1 \(Figures.fixed(score.passAt1))\(consensus) (\(score.source))")
        }
        return lines.joined(separator: "\n")
    }
}
