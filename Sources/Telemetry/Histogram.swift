/// How observed values are distributed.
package final class Histogram: MetricFamily {
    private struct Distribution: Sendable {
        /// Values up to each bound and above the one before; the last is for those above all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    let description: MetricDescription
    private let bounds: [Double]
    private let series: SeriesTable<Distribution>

    init(_ description: MetricDescription, buckets: [Double]) {
        self.description = description
        bounds = buckets
        let empty = Distribution(counts: Array(repeating: 0, count: buckets.count + 1))
        series = SeriesTable(labelCount: description.labels.count, initial: empty)
    }

    package func observe(_ value: Double, labels: [String] = []) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        series.update(labels) {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    func writeSamples(to text: inout String) {
        for (labels, distribution) in series.all {
            var total: UInt64 = 0
            for (bound, count) in zip(bounds + [.infinity], distribution.counts) {
                total += count
                description.writeSample(
                    Double(total), labels: labels, suffix: "_bucket", extra: ("le", MetricDescription.number(bound)),
                    to: &text)
            }
            description.writeSample(distribution.sum, labels: labels, suffix: "_sum", to: &text)
            description.writeSample(Double(total), labels: labels, suffix: "_count", to: &text)
        }
    }
}
