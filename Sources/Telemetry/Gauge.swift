/// A number that goes up and down.
package final class Gauge: MetricFamily {
    let description: MetricDescription
    private let series: SeriesTable<Double>

    init(_ description: MetricDescription) {
        self.description = description
        series = SeriesTable(labelCount: description.labels.count, initial: 0)
    }

    package func set(_ value: Double, labels: [String] = []) {
        series.update(labels) { $0 = value }
    }

    package func add(_ amount: Double, labels: [String] = []) {
        series.update(labels) { $0 += amount }
    }

    func writeSamples(to text: inout String) {
        for (labels, value) in series.all { description.writeSample(value, labels: labels, to: &text) }
    }
}
