/// How many tokens samples took, by part and outcome.
struct TokenTable {
    let rows: [TokenUse.Row]

    var html: Markup? {
        guard !rows.isEmpty else { return nil }
        let lines = rows.map { row in
            let cells = row.cells
            return """
                <tr\(row.outcome == nil ? " class=\"all\"" as Markup : nil)><th scope="row">\(cells[0])</th>\
                \(cells.dropFirst().map { "<td class=\"number\">\($0)</td>" as Markup })</tr>

                """ as Markup
        }
        let header = ["samples", "mean", "p50", "p90", "p99", "max"].map {
            "<th scope=\"col\" class=\"number\">\($0)</th>" as Markup
        }
        return """
            <details class="block"><summary>Tokens by part and outcome</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Tokens by part and outcome">
            <table>
            <thead><tr><th scope="col">tokens</th>\(header)</tr></thead>
            <tbody>
            \(lines)</tbody>
            </table>
            </div>
            </details>
            """
    }
}
