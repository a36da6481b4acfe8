internal import Synchronization

/// The metrics of a process, written as Prometheus' text format 0.0.4.
package final class MetricRegistry: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let families = Mutex<[any MetricFamily]>([])

    package init() {}

    /// - Parameters:
    ///   - name: by convention with `_total` at the end.
    ///   - labels: names of the labels; each combination of values is a series of its own.
    package func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        add(Counter(MetricDescription(name: name, help: help, type: "counter", labels: labels)))
    }

    package func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        add(Gauge(MetricDescription(name: name, help: help, type: "gauge", labels: labels)))
    }

    /// - Parameter buckets: upper bounds, ascending, without the infinite one.
    package func histogram(_ name: String, help: String, labels: [String] = [], buckets: [Double]) -> Histogram {
        add(Histogram(MetricDescription(name: name, help: help, type: "histogram", labels: labels), buckets: buckets))
    }

    /// All metrics in the order of their registration.
    package func render() -> String {
        var text = ""
        for family in families.withLock({ $0 }) {
            family.description.writeHeader(to: &text)
            family.writeSamples(to: &text)
        }
        return text
    }

    private func add<Family: MetricFamily>(_ family: Family) -> Family {
        families.withLock { families in
            precondition(
                !families.contains { $0.description.name == family.description.name },
                "metric \(family.description.name) exists already")
            families.append(family)
        }
        return family
    }
}

/// A metric with all its series.
protocol MetricFamily: Sendable {
    var description: MetricDescription { get }

    func writeSamples(to text: inout String)
}
