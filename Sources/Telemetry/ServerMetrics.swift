/// What a server measures, under vLLM's metric names with the prefix `apus:`, so that its dashboards need one edit.
///
/// Every series has the label `model_name`.
package final class ServerMetrics: Sendable {
    /// The engine's state at the time of a scrape; counts are totals since the start.
    package struct EngineSample: Sendable {
        package var runningSequences = 0
        package var waitingSequences = 0
        /// From 0 to 1.
        package var cacheUsage = 0.0
        package var usedBlocks = 0
        package var sharedBlocks = 0
        package var preemptions = 0
        /// Tokens that were looked up in the prefix cache, and those that were there.
        package var prefixCacheQueries = 0
        package var prefixCacheHits = 0

        package init() {}
    }

    /// A finished request. Times are in seconds; nil where a phase was not reached.
    package struct RequestSample: Sendable {
        /// `stop`, `length`, `abort` or `error`, one for each choice.
        package var finishedReasons: [String] = []
        package var promptTokens = 0
        package var cachedTokens = 0
        package var generationTokens = 0
        package var choices = 1
        package var maxTokens = 0
        package var queueTime: Double?
        package var prefillTime: Double?
        package var decodeTime: Double?
        package var timeToFirstToken: Double?
        package var totalTime = 0.0

        package init() {}
    }

    package let registry = MetricRegistry()
    private let model: [String]

    private let running, waiting, cacheUsage, usedBlocks, sharedBlocks, cacheInfo: Gauge
    private let preemptions, prefixQueries, prefixHits, promptTokens, cachedTokens, generationTokens: Counter
    private let successes, rejections, keyRequests, keyPromptTokens, keyGenerationTokens: Counter
    private let timeToFirstToken, interTokenLatency, timePerToken, totalTime, queueTime, inferenceTime: Histogram
    private let prefillTime, decodeTime, promptLength, generationLength, choices, maxTokens, computedTokens: Histogram

    /// - Parameter modelName: the value of the label `model_name`.
    package init(modelName: String) {
        model = [modelName]
        let make = MetricFactory(registry: registry)
        running = make.gauge("num_requests_running", "Sequences that are being computed.")
        waiting = make.gauge("num_requests_waiting", "Sequences that wait to be computed.")
        cacheUsage = make.gauge("kv_cache_usage_perc", "Part of the KV cache that is in use; 1 is all of it.")
        usedBlocks = make.gauge("kv_cache_used_blocks", "Blocks of the KV cache that sequences hold.")
        sharedBlocks = make.gauge("kv_cache_shared_blocks", "Those of them that several sequences hold.")
        cacheInfo = registry.gauge(
            "apus:cache_config_info", help: "The KV cache's configuration.",
            labels: ["model_name", "block_size", "num_blocks", "enable_prefix_caching"])
        preemptions = make.counter("num_preemptions_total", "Sequences that lost their blocks to others.")
        prefixQueries = make.counter("prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.")
        prefixHits = make.counter("prefix_cache_hits_total", "Prompt tokens found in the prefix cache.")
        promptTokens = make.counter("prompt_tokens_total", "Prompt tokens of finished requests.")
        cachedTokens = make.counter("prompt_tokens_cached_total", "Those of them that came from the prefix cache.")
        generationTokens = make.counter("generation_tokens_total", "Generated tokens.")
        successes = registry.counter(
            "apus:request_success_total", help: "Finished choices by the reason for their end.",
            labels: ["model_name", "finished_reason"])
        rejections = registry.counter(
            "apus:admission_rejections_total", help: "Requests that were not admitted, by HTTP status.",
            labels: ["model_name", "status"])
        keyRequests = registry.counter(
            "apus:key_requests_total", help: "Answered and refused requests by the name of their key and HTTP status.",
            labels: ["model_name", "key", "status"])
        keyPromptTokens = registry.counter(
            "apus:key_prompt_tokens_total", help: "Prompt tokens of finished requests by the name of their key.",
            labels: ["model_name", "key"])
        keyGenerationTokens = registry.counter(
            "apus:key_generation_tokens_total", help: "Generated tokens of finished requests by the name of their key.",
            labels: ["model_name", "key"])
        timeToFirstToken = make.histogram(
            "time_to_first_token_seconds", "From arrival to a request's first token.", .firstToken)
        interTokenLatency = make.histogram("inter_token_latency_seconds", "Between two tokens of a choice.", .perToken)
        timePerToken = make.histogram(
            "request_time_per_output_token_seconds", "A request's mean time per token after its first.", .perToken)
        totalTime = make.histogram("e2e_request_latency_seconds", "From arrival to a request's end.", .request)
        queueTime = make.histogram("request_queue_time_seconds", "From arrival to a request's first step.", .request)
        inferenceTime = make.histogram(
            "request_inference_time_seconds", "From a request's first step to its last token.", .request)
        prefillTime = make.histogram(
            "request_prefill_time_seconds", "From a request's first step to its first token.", .request)
        decodeTime = make.histogram(
            "request_decode_time_seconds", "From a request's first token to its last.", .request)
        promptLength = make.histogram("request_prompt_tokens", "Prompt tokens of a request.", .tokens)
        generationLength = make.histogram("request_generation_tokens", "Generated tokens of a request.", .tokens)
        choices = make.histogram("request_params_n", "Choices that a request asks for.", .choices)
        maxTokens = make.histogram("request_params_max_tokens", "Most tokens that a request allows.", .tokens)
        computedTokens = make.histogram(
            "request_prefill_kv_computed_tokens", "Prompt tokens that were computed, not found in the cache.", .tokens)
    }

    package func setCache(blockSize: Int, blocks: Int, prefixCaching: Bool) {
        cacheInfo.set(1, labels: model + ["\(blockSize)", "\(blocks)", "\(prefixCaching)"])
    }

    /// A token came this long after the one before it.
    package func tokenArrived(after delay: Double, isFirst: Bool) {
        generationTokens.increment(labels: model)
        if !isFirst { interTokenLatency.observe(delay, labels: model) }
    }

    package func requestFinished(_ sample: RequestSample) {
        for reason in sample.finishedReasons { successes.increment(labels: model + [reason]) }
        promptTokens.increment(by: Double(sample.promptTokens), labels: model)
        cachedTokens.increment(by: Double(sample.cachedTokens), labels: model)
        promptLength.observe(Double(sample.promptTokens), labels: model)
        generationLength.observe(Double(sample.generationTokens), labels: model)
        computedTokens.observe(Double(sample.promptTokens - sample.cachedTokens), labels: model)
        choices.observe(Double(sample.choices), labels: model)
        maxTokens.observe(Double(sample.maxTokens), labels: model)
        totalTime.observe(sample.totalTime, labels: model)
        if let time = sample.timeToFirstToken { timeToFirstToken.observe(time, labels: model) }
        if let time = sample.queueTime { queueTime.observe(time, labels: model) }
        if let time = sample.prefillTime { prefillTime.observe(time, labels: model) }
        guard let decode = sample.decodeTime else { return }
        decodeTime.observe(decode, labels: model)
        if let prefill = sample.prefillTime { inferenceTime.observe(prefill + decode, labels: model) }
        let following = sample.generationTokens - sample.choices
        if following > 0 { timePerToken.observe(decode / Double(following), labels: model) }
    }

    /// A request was turned away.
    package func requestRejected(status: Int) {
        rejections.increment(labels: model + ["\(status)"])
    }

    /// A request with a key is over.
    package func keyServed(_ name: String, status: Int, promptTokens: Int, generationTokens: Int) {
        keyRequests.increment(labels: model + [name, "\(status)"])
        keyPromptTokens.increment(by: Double(promptTokens), labels: model + [name])
        keyGenerationTokens.increment(by: Double(generationTokens), labels: model + [name])
    }

    /// The text of /metrics.
    package func render(_ sample: EngineSample) -> String {
        running.set(Double(sample.runningSequences), labels: model)
        waiting.set(Double(sample.waitingSequences), labels: model)
        cacheUsage.set(sample.cacheUsage, labels: model)
        usedBlocks.set(Double(sample.usedBlocks), labels: model)
        sharedBlocks.set(Double(sample.sharedBlocks), labels: model)
        preemptions.raise(to: Double(sample.preemptions), labels: model)
        prefixQueries.raise(to: Double(sample.prefixCacheQueries), labels: model)
        prefixHits.raise(to: Double(sample.prefixCacheHits), labels: model)
        return registry.render()
    }
}
