internal import HTTP
internal import JSON
internal import Service
internal import Synchronization

/// Many streaming clients against a server, as `vllm bench serve` measures it.
package struct ServingBenchmark: Sendable {
    /// Base URL without `/v1`.
    package var url: String
    /// Model name to send; nil: the server's first.
    package var model: String?
    package var apiKey: String?
    package var inputLength: Int
    package var outputLength: Int
    package var prompts: Int
    package var concurrency: Int

    package init(url: String, inputLength: Int, outputLength: Int, prompts: Int, concurrency: Int) {
        self.url = url
        self.inputLength = inputLength
        self.outputLength = outputLength
        self.prompts = prompts
        self.concurrency = concurrency
    }

    /// One request's arrival times in seconds since the benchmark's start.
    private struct Trace: Sendable {
        var start = 0.0
        var arrivals: [Double] = []
        var tokens = 0
    }

    /// Failed requests are counted, not thrown; throws when all fail or the server cannot be asked at all.
    package func run() async throws -> BenchmarkReport {
        let client = HTTPClient()
        defer { client.close() }
        let model = if let model { model } else { try await firstModel(client) }
        let vocabulary = try await plainTokens(client, model)
        let progress = ProgressLine(label: "Requests")
        let clock = ContinuousClock()
        let start = clock.now
        @Sendable func now() -> Double { (clock.now - start) / .seconds(1) }

        let traces = await withTaskGroup(of: Trace?.self) { group in
            var traces: [Trace?] = []
            func collect() async {
                guard let trace = await group.next() else { return }
                traces.append(trace)
                progress.show(Double(traces.count) / Double(prompts))
            }
            for index in 0..<prompts {
                if index >= concurrency { await collect() }
                let prompt = (0..<inputLength).map { _ in vocabulary.randomElement() ?? 0 }
                group.addTask { try? await trace(prompt, client, model, now) }
            }
            while traces.count < prompts { await collect() }
            return traces
        }
        let duration = now()
        progress.clear()
        let answered = traces.compactMap(\.self)
        guard !answered.isEmpty else {
            throw SettingError("The server at \(url)", "answered none of \(prompts) requests; its log tells why.")
        }
        return report(answered, duration: duration)
    }

    private func trace(
        _ prompt: [Int32], _ client: HTTPClient, _ model: String, _ now: @escaping @Sendable () -> Double
    ) async throws -> Trace {
        let body: JSONValue = [
            "model": .string(model), "prompt": .array(prompt.map { .integer(Int($0)) }),
            "max_tokens": .integer(outputLength), "ignore_eos": true, "temperature": 0, "stream": true,
            "return_token_ids": true,
        ]
        let reception = Mutex((trace: Trace(start: now()), counter: TokenCounter()))
        let response = try await client.send(request("/v1/completions", body))
        guard response.status == 200 else { throw SettingError("The server", "answered \(response.status).") }
        try await response.body.drain { bytes in
            let time = now()
            reception.withLock { reception in
                reception.counter.append(bytes) { count in
                    reception.trace.arrivals.append(time)
                    reception.trace.tokens += count
                }
            }
        }
        let trace = reception.withLock { $0.trace }
        guard trace.tokens > 0 else { throw SettingError("The server", "sent no tokens.") }
        return trace
    }

    private func firstModel(_ client: HTTPClient) async throws -> String {
        let answer = try await json(client, request("/v1/models", nil))
        guard let name = answer["data"]?.arrayValue?.first?["id"]?.stringValue else {
            throw SettingError("--base-url", "\(url) lists no model: \(answer.serialized())")
        }
        return name
    }

    /// Tokens that prompts are drawn from: those of an ordinary text, so that none is special.
    private func plainTokens(_ client: HTTPClient, _ model: String) async throws -> [Int32] {
        let text = "The quick brown fox jumps over the lazy dog; 0 1 2 3 4 5 6 7 8 9 + - * / = ( ) and so on."
        let body: JSONValue = ["model": .string(model), "prompt": .string(text), "add_special_tokens": false]
        let answer = try await json(client, request("/tokenize", body))
        let tokens = answer["tokens"]?.arrayValue?.compactMap { $0.intValue.map { Int32($0) } } ?? []
        guard !tokens.isEmpty else {
            throw SettingError("--base-url", "\(url) does not tokenize: \(answer.serialized())")
        }
        return tokens
    }

    private func json(_ client: HTTPClient, _ request: HTTPClientRequest) async throws -> JSONValue {
        let response = try await client.send(request)
        return try JSONValue(parsing: try await response.bytes())
    }

    private func request(_ path: String, _ body: JSONValue?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        if let body { request = .json(url + path, Array(body.serialized().utf8)) }
        if let apiKey { request.headers["Authorization"] = "Bearer \(apiKey)" }
        return request
    }

    private func report(_ traces: [Trace], duration: Double) -> BenchmarkReport {
        let input = traces.count * inputLength
        let output = traces.reduce(0) { $0 + $1.tokens }
        var report = BenchmarkReport()
        report.heading("Serving Benchmark Result")
        report.line("Successful requests:", traces.count)
        report.line("Failed requests:", prompts - traces.count)
        report.line("Maximum request concurrency:", concurrency)
        report.line("Benchmark duration (s):", duration)
        report.line("Total input tokens:", input)
        report.line("Total generated tokens:", output)
        report.line("Request throughput (req/s):", Double(traces.count) / duration)
        report.line("Output token throughput (tok/s):", Double(output) / duration)
        report.line("Total token throughput (tok/s):", Double(input + output) / duration)
        report.figure("completed", traces.count)
        report.figure("failed", prompts - traces.count)
        report.figure("duration", duration)
        report.figure("total_input_tokens", input)
        report.figure("total_output_tokens", output)
        report.figure("request_throughput", Double(traces.count) / duration)
        report.figure("output_throughput", Double(output) / duration)
        report.figure("total_token_throughput", Double(input + output) / duration)

        let first = traces.compactMap { trace in trace.arrivals.first.map { ($0 - trace.start) * 1e3 } }
        let perToken = traces.compactMap { trace -> Double? in
            guard trace.tokens > 1, let first = trace.arrivals.first, let last = trace.arrivals.last else { return nil }
            return (last - first) * 1e3 / Double(trace.tokens - 1)
        }
        let between = traces.flatMap { trace in zip(trace.arrivals.dropFirst(), trace.arrivals).map { ($0 - $1) * 1e3 }
        }
        let whole = traces.compactMap { trace in trace.arrivals.last.map { ($0 - trace.start) * 1e3 } }
        report.section("Time to First Token", "TTFT", "ttft", first)
        report.section("Time per Output Token (excl. 1st token)", "TPOT", "tpot", perToken)
        report.section("Inter-token Latency", "ITL", "itl", between)
        report.section("End-to-end Latency", "E2EL", "e2el", whole)
        return report
    }
}

extension BenchmarkReport {
    fileprivate mutating func section(_ title: String, _ label: String, _ name: String, _ milliseconds: [Double]) {
        let samples = Samples(milliseconds)
        heading(title, fill: "-")
        for (kind, value) in [
            ("Mean", samples.mean), ("Median", samples.median), ("P99", samples.percentile(99)),
        ] {
            line("\(kind) \(label) (ms):", value)
            figure("\(kind.lowercased())_\(name)_ms", value)
        }
    }
}
