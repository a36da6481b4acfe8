import JSON

/// What a server tells about itself before a run.
package struct ServerFacts: Sendable, Equatable {
    package var model = ""
    /// Prompt and answer together, in tokens.
    package var contextLength: Int?
    /// Sequences that it computes together.
    package var places: Int?
    /// Tokens that its cache of keys and values holds.
    package var cacheTokens: Int?
    /// What it calls itself: `apus 0.1.0`.
    package var software: String?
    package var chatTemplate: String?
    /// Its `system_fingerprint`.
    package var fingerprint: String?
    /// Whether it refuses fields that are not OpenAI's own.
    package var isPlain = false
    /// Tokens per second of one short answer alone.
    package var singleSpeed: Double?

    package init() {}

    /// Asks for the model, its context and the server's places where there are routes for it (Apus, vLLM, SGLang,
    /// llama.cpp), then for one short answer, so that a wrong key, name or field is found before the run.
    package init(asking server: inout ChatServer) async throws {
        let models = try await Self.models(server)
        if server.model.isEmpty {
            guard let first = models.first?["id"]?.stringValue else {
                throw EvaluationError("\(server.url) lists no model", "name one with --model")
            }
            server.model = first
        }
        model = server.model
        let entry = models.first { $0["id"]?.stringValue == server.model }
        contextLength = entry?["max_model_len"]?.intValue ?? entry?["meta"]?["n_ctx"]?.intValue
        if let properties = await Self.json(server, "/props") { read(properties: properties) }
        if places == nil {
            for path in ["/server_info", "/get_server_info"] {
                if let text = await Self.text(server, path) { places = places ?? Self.places(in: text) }
            }
        }
        if let metrics = await Self.text(server, "/metrics") { cacheTokens = Self.cacheTokens(in: metrics) }
        try await probe(server)
    }

    private mutating func read(properties: JSONValue) {
        places = properties["total_slots"]?.intValue
        contextLength = contextLength ?? properties["default_generation_settings"]?["n_ctx"]?.intValue
        software = properties["build_info"]?.stringValue
        chatTemplate = properties["chat_template"]?.stringValue
    }

    private mutating func probe(_ server: ChatServer) async throws {
        var sampling = SamplingSettings()
        sampling.maxTokens = 64
        let clock = ContinuousClock()
        do {
            let start = clock.now
            let answer = try await server.answer("What is 27 + 58?", sampling, seed: 1)
            fingerprint = answer.fingerprint
            singleSpeed = Double(answer.tokens) / max(1e-3, (clock.now - start) / .seconds(1))
        } catch let error as ChatError {
            guard case .refused(400...422) = error.kind, !error.concernsAll else {
                throw EvaluationError("\(server.url) does not answer for \(server.model)", "\(error)")
            }
            sampling.disablesOthers = false
            do {
                fingerprint = try await server.answer("What is 27 + 58?", sampling, seed: 1).fingerprint
                isPlain = true
            } catch {
                throw EvaluationError("\(server.url) does not answer for \(server.model)", "\(error)")
            }
        }
    }

    private static func models(_ server: ChatServer) async throws -> [JSONValue] {
        do {
            let (status, body) = try await server.get("/v1/models")
            if [401, 403].contains(status) {
                throw EvaluationError(
                    "\(server.url) wants a key", "give --api-key or APUS_API_KEY: \(body.prefix(200))")
            }
            return (try? JSONValue(parsing: body))?["data"]?.arrayValue ?? []
        } catch let error as EvaluationError {
            throw error
        } catch {
            throw EvaluationError("\(server.url) cannot be reached", "\(error)")
        }
    }

    private static func text(_ server: ChatServer, _ path: String) async -> String? {
        guard let (status, body) = try? await server.get(path), status == 200 else { return nil }
        return body
    }

    private static func json(_ server: ChatServer, _ path: String) async -> JSONValue? {
        await text(server, path).flatMap { try? JSONValue(parsing: $0) }
    }

    /// SGLang's `max_running_requests` or vLLM's `max_num_seqs`, as JSON or in the text of a configuration.
    static func places(in text: String) -> Int? {
        text.firstMatch(of: #/(?:max_running_requests|max_num_seqs)"?\s*[:=]\s*(\d+)/#).flatMap { Int($0.1) }
    }

    /// Of `apus:cache_config_info` or vLLM's `vllm:cache_config_info`.
    static func cacheTokens(in metrics: String) -> Int? {
        guard let line = metrics.split(separator: "\n").first(where: { $0.contains(":cache_config_info{") }),
            let size = line.firstMatch(of: #/block_size="(\d+)"/#).flatMap({ Int($0.1) }),
            let count = line.firstMatch(of: #/num_(?:gpu_)?blocks="(\d+)"/#).flatMap({ Int($0.1) })
        else { return nil }
        return size * count
    }
}
