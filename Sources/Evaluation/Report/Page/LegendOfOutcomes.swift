/// What the colours of samples mean.
enum LegendOfOutcomes {
    static let html: Markup = """
        <p class="legend">\(Outcome.allCases.map { outcome in
            """
            <span>\(icon(outcome)) \(outcome.rawValue)</span>

            """ as Markup
        })<span><svg width="14" height="14" aria-hidden="true"><rect class="missing" x="1" y="1" width="12" height="12" \
        rx="2" /></svg> not there</span></p>
        """

    /// A truncated sample is drawn as half a cell.
    static func icon(_ outcome: Outcome) -> Markup {
        let height = outcome == .truncated ? 6 : 12
        return """
            <svg width="14" height="14" aria-hidden="true"><rect class="\(outcome.rawValue)" x="1" y="\(13 - height)" \
            width="12" height="\(height)" rx="2" /></svg>
            """
    }
}
