/// A benchmark's main figures.
struct BenchmarkTiles {
    let summary: BenchmarkSummary

    var html: Markup? {
        guard let score = summary.score else { return nil }
        let k = summary.samplesPerQuestion
        var tiles: [(name: String, value: String, detail: String)] = [
            (
                "pass@1", Figures.percent(score.passAt1),
                [
                    score.rerunError.map { "\(Figures.plusMinus($0)) rerun" },
                    summary.questionInterval.map { "\(Figures.range($0)) questions" },
                ].compactMap { $0 }.joined(separator: "; ")
            )
        ]
        for published in summary.published.prefix(2) {
            tiles.append(
                (
                    published.published.source, Figures.fixed(published.published.passAt1),
                    "published; this run \(Figures.signedPercent(published.difference))"
                        + (published.p.map { ", p\u{A0}\(Figures.probability($0))" } ?? "")
                ))
        }
        if let votes = summary.votes, k > 1 {
            let card = summary.published.compactMap(\.published.consensusAt64).first
            tiles.append(
                (
                    "cons@\(k)", Figures.percent(votes.consensus.value),
                    card.map { "published cons@64 \(Figures.fixed($0))" }
                        ?? "\(Figures.range(votes.rerunInterval)) rerun"
                ))
        }
        if let best = summary.bestOf.last, best.size > 1 {
            tiles.append(("pass@\(best.size)", Figures.percent(best.value), "one of \(best.size) right"))
        }
        tiles.append(
            (
                "truncated", Figures.percent(Double(summary.rates.truncated) / Double(summary.rates.samples)) + " %",
                Figures.count(summary.rates.truncated) + " of " + Figures.count(summary.rates.samples)
            ))
        if let total = summary.tokens.rows.first(where: { $0.part == .total }) {
            tiles.append(
                ("tokens", Figures.short(total.distribution.mean), "mean; p90 \(Figures.short(total.distribution.p90))")
            )
        }
        return """
            <dl class="tiles">\(tiles.map { tile in
                """
                <div><dt>\(tile.name)</dt><dd><strong>\(tile.value)</strong><small>\(tile.detail)</small></dd></div>
                """ as Markup
            })</dl>
            """
    }
}
