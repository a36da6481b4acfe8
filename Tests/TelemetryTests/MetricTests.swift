import Testing

@testable import Telemetry

@Suite struct MetricTests {
    @Test func `a registry writes Prometheus text`() {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", help: "Counts\nthings \\ and \"more\".", labels: ["who"])
        let gauge = registry.gauge("b", help: "Goes up and down.")
        let histogram = registry.histogram("c_seconds", help: "Times.", buckets: [0.5, 2])
        counter.increment(labels: ["x\"\\\n"])
        counter.increment(by: 2, labels: ["y"])
        gauge.set(3)
        gauge.add(-1.5)
        for value in [0.25, 0.5, 1, 8] { histogram.observe(value) }
        #expect(
            registry.render() == #"""
                # HELP a_total Counts\nthings \\ and "more".
                # TYPE a_total counter
                a_total{who="x\"\\\n"} 1.0
                a_total{who="y"} 2.0
                # HELP b Goes up and down.
                # TYPE b gauge
                b 1.5
                # HELP c_seconds Times.
                # TYPE c_seconds histogram
                c_seconds_bucket{le="0.5"} 2.0
                c_seconds_bucket{le="2.0"} 3.0
                c_seconds_bucket{le="+Inf"} 4.0
                c_seconds_sum 9.75
                c_seconds_count 4.0

                """#)
    }

    @Test func `a counter never falls`() {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", help: "x")
        counter.raise(to: 5)
        counter.raise(to: 3)
        counter.increment(by: -1)
        #expect(registry.render().hasSuffix("a_total 5.0\n"))
    }

    @Test func `increments of many tasks add up`() async {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", help: "x", labels: ["l"])
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { for _ in 0..<1000 { counter.increment(labels: ["\(task % 2)"]) } }
            }
        }
        let text = registry.render()
        #expect(text.contains("a_total{l=\"0\"} 4000.0\n"))
        #expect(text.contains("a_total{l=\"1\"} 4000.0\n"))
    }

    @Test func `the server's metrics carry vLLM's names under apus`() {
        let metrics = ServerMetrics(modelName: "nano")
        metrics.setCache(blockSize: 32, blocks: 100, prefixCaching: true)
        metrics.tokenArrived(after: 0.5, isFirst: true)
        metrics.tokenArrived(after: 0.02, isFirst: false)
        var request = ServerMetrics.RequestSample()
        request.finishedReasons = ["stop"]
        request.promptTokens = 10
        request.cachedTokens = 4
        request.generationTokens = 3
        request.timeToFirstToken = 0.5
        request.prefillTime = 0.4
        request.decodeTime = 0.2
        metrics.requestFinished(request)
        metrics.requestRejected(status: 429)
        var engine = ServerMetrics.EngineSample()
        engine.runningSequences = 2
        engine.cacheUsage = 0.25
        let text = metrics.render(engine)
        for line in [
            "apus:num_requests_running{model_name=\"nano\"} 2.0",
            "apus:num_requests_waiting{model_name=\"nano\"} 0.0",
            "apus:kv_cache_usage_perc{model_name=\"nano\"} 0.25",
            "apus:prompt_tokens_total{model_name=\"nano\"} 10.0",
            "apus:generation_tokens_total{model_name=\"nano\"} 2.0",
            "apus:request_success_total{model_name=\"nano\",finished_reason=\"stop\"} 1.0",
            "apus:admission_rejections_total{model_name=\"nano\",status=\"429\"} 1.0",
            "apus:time_to_first_token_seconds_count{model_name=\"nano\"} 1.0",
            "apus:inter_token_latency_seconds_sum{model_name=\"nano\"} 0.02",
            "apus:request_time_per_output_token_seconds_sum{model_name=\"nano\"} 0.1",
            "apus:request_prefill_kv_computed_tokens_sum{model_name=\"nano\"} 6.0",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}
