/// Makes metrics with the server's prefix and its one common label.
struct MetricFactory {
    /// Upper bounds of buckets, as vLLM has them.
    enum Buckets {
        case firstToken, perToken, request, tokens, choices

        var bounds: [Double] {
            switch self {
            case .firstToken:
                [
                    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
                    160, 640, 2560,
                ]
            case .perToken:
                [
                    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10,
                    20, 40, 80,
                ]
            case .request:
                [
                    0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920,
                    7680,
                ]
            case .tokens:
                [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100_000, 200_000]
            case .choices:
                [1, 2, 5, 10, 20, 50, 100]
            }
        }
    }

    let registry: MetricRegistry

    func counter(_ name: String, _ help: String) -> Counter {
        registry.counter("apus:" + name, help: help, labels: ["model_name"])
    }

    func gauge(_ name: String, _ help: String) -> Gauge {
        registry.gauge("apus:" + name, help: help, labels: ["model_name"])
    }

    func histogram(_ name: String, _ help: String, _ buckets: Buckets) -> Histogram {
        registry.histogram("apus:" + name, help: help, labels: ["model_name"], buckets: buckets.bounds)
    }
}
