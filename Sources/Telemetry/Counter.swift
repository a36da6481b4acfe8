/// A number that only grows.
package final class Counter: MetricFamily {
    let description: MetricDescription
    private let series: SeriesTable<Double>

    init(_ description: MetricDescription) {
        self.description = description
        series = SeriesTable(labelCount: description.labels.count, initial: 0)
    }

    package func increment(by amount: Double = 1, labels: [String] = []) {
        guard amount >= 0 else { return }
        series.update(labels) { $0 += amount }
    }

    /// Takes over a total that is counted elsewhere; a smaller one than before is ignored.
    package func raise(to total: Double, labels: [String] = []) {
        series.update(labels) { $0 = max($0, total) }
    }

    func writeSamples(to text: inout String) {
        for (labels, value) in series.all { description.writeSample(value, labels: labels, to: &text) }
    }
}
