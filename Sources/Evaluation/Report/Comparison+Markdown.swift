extension Comparison {
    private static let movedShown = 10

    package var markdown: String {
        var text = "# \(MarkdownTable.escaped(models.first)) against \(MarkdownTable.escaped(models.second))\n\n"
        if !entries.isEmpty {
            var table = MarkdownTable([
                "benchmark", "questions", "first", "second", "difference", "95 % CI", "± rerun", "p (t)",
                "p (permutation)", "p (Holm)",
            ])
            for entry in entries { table.add(entry.line) }
            text += table.text + "\n"
            for entry in entries { text += entry.markdown(margin: margin, shown: Self.movedShown) }
        }
        for refusal in refusals {
            text += "- \(refusal.title) is not compared: \(refusal.reasons.joined(separator: "; ")).\n"
        }
        if !changes.isEmpty {
            var table = MarkdownTable(["what differs", "first", "second"])
            for change in changes { table.add([change.path, change.first, change.second]) }
            text += "\n" + table.text
        }
        return text
    }
}

extension Comparison.Entry {
    fileprivate var line: [String] {
        [
            title, Figures.count(shared), Figures.percent(first), Figures.percent(second),
            Figures.signedPercent(difference.mean), difference.interval.map(Figures.signedRange) ?? "—",
            difference.rerunError.map(Figures.plusMinus) ?? "—", difference.tP.map(Figures.probability) ?? "—",
            Figures.probability(permutationP), adjustedP.map(Figures.probability) ?? "—",
        ]
    }

    fileprivate func markdown(margin: Double, shown: Int) -> String {
        var text = "## \(MarkdownTable.escaped(title))\n\n- \(verdict(margin: margin))\n"
        for objection in objections { text += "- Compared although \(objection).\n" }
        if unshared > 0 { text += "- \(Figures.plural(unshared, "question")) of one run only: left out.\n" }
        if let p = difference.mcNemarP { text += "- McNemar's test: p \(Figures.probability(p)).\n" }
        if !moved.isEmpty {
            var table = MarkdownTable(["question", "first", "second", "difference", "p", "p (Holm)"])
            for question in moved.prefix(shown) {
                table.add([
                    question.id, Figures.percent(question.first), Figures.percent(question.second),
                    Figures.signedPercent(question.difference), question.p.map(Figures.probability) ?? "—",
                    question.adjustedP.map(Figures.probability) ?? "—",
                ])
            }
            text += "\n" + table.text
            if moved.count > shown { text += "\n\(Figures.plural(moved.count - shown, "more question")) moved less.\n" }
        }
        return text + "\n"
    }

    /// In words; the margin in fractions of 1.
    func verdict(margin: Double) -> String {
        let points = Figures.percent(margin)
        let equivalence = difference.equivalenceP.map { "TOST p \(Figures.probability($0))" } ?? "one question only"
        let difference =
            switch (isSignificant, self.difference.mean > 0) {
            case (true, true): "The first run is better"
            case (true, false): "The second run is better"
            case (false, _): "No difference is shown"
            }
        return isEquivalent
            ? "\(difference); the two are the same within \(points) points (\(equivalence))."
            : "\(difference); that they are the same within \(points) points is not shown (\(equivalence))."
    }
}
