internal import Checkpoints
internal import Compute
@preconcurrency internal import Dispatch
internal import Engine
internal import HTTP
package import Logging
internal import Models
internal import OpenAI
internal import Telemetry

/// `apus serve`: listens, loads the model, answers, and ends in good order.
package struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let state = ServiceState()
    /// For the last words to clients whose answers are cut off.
    private static let farewellTime = Duration.seconds(1)

    /// Tells what happens through `logger`.
    package init(_ configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until the process is told to end, and returns when all answers are out.
    ///
    /// It listens before the model is loaded, so that probes get an answer and a taken port is told at once. Throws
    /// when it cannot listen or the model cannot be served.
    package func run() async throws {
        let signals = TerminationSignals()
        let http = makeHTTPServer()
        let port = try start(http)
        logger.info("Listening on http://\(urlHost):\(port)")
        let engine: Engine
        do {
            guard let loaded = try await signals.unlessTold({ try await load() }) else {
                http.stop()
                return
            }
            engine = loaded
        } catch {
            http.stop()
            throw error
        }
        await signals.next()
        await drain(engine, http)
    }

    /// Listens on a free port of the loopback interface, serves a model while `body` runs, and ends. For benchmarks.
    package func serving<Result>(_ body: (_ url: String) async throws -> Result) async throws -> Result {
        let http = makeHTTPServer()
        let port = try start(http)
        let engine = try await load()
        do {
            let result = try await body("http://\(urlHost):\(port)")
            await drain(engine, http)
            return result
        } catch {
            await drain(engine, http)
            throw error
        }
    }

    private var urlHost: String {
        configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    }

    private func makeHTTPServer() -> HTTPServer {
        var http = HTTPServerConfiguration(host: configuration.host, port: configuration.port) { status, message in
            ("application/json", APIError.refused(status, message).body)
        }
        http.limits.body = configuration.maxRequestBytes
        let cors = CORSPolicy(allowedOrigins: configuration.allowedOrigins)
        cors.apply(to: &http.errorHeaders, origin: nil)
        let keepAlive = configuration.keepAliveSeconds
        let router = Endpoints(
            state: state, authenticator: Authenticator(keys: configuration.apiKeys),
            administrators: configuration.adminKeys.isEmpty ? nil : Authenticator(keys: configuration.adminKeys),
            keepAlive: keepAlive > 0 ? .seconds(keepAlive) : nil,
            responses: ResponseStore(
                capacity: configuration.maxStoredResponses, memory: configuration.storedResponsesMemory),
            page: configuration.servesPage ? Page() : nil
        ).router(cors: cors)
        return HTTPServer(configuration: http, logger: logger) { await router.handle($0) }
    }

    private func start(_ http: HTTPServer) throws -> Int {
        do {
            return try http.start()
        } catch {
            throw SettingError("Cannot listen on \(configuration.host) port \(configuration.port)", "\(error)")
        }
    }

    /// Loads on a thread of its own, since reading weights blocks.
    private func load() async throws -> Engine {
        let clock = ContinuousClock()
        let started = clock.now
        let progress = ProgressLine(label: "Loading", isEnabled: configuration.logFormat == .text)
        let loaded = try await onThread {
            try LoadedModel(configuration) { report in
                state.loading(report.fraction)
                progress.show(report.fraction)
            }
        }
        progress.clear()
        let engine = try loaded.makeEngine(configuration)
        let context = try loaded.context(configuration, maxLength: engine.limits.maxLength)
        engine.start()
        state.becomeReady(
            ServiceState.Ready(
                context: context, engine: engine,
                metrics: ServiceMetrics(model: context.names[0], limits: engine.limits, logger: logger)))
        announce(loaded, engine, took: clock.now - started)
        return engine
    }

    private func announce(_ loaded: LoadedModel, _ engine: Engine, took: Duration) {
        let report = try? CheckpointReport(loaded.checkpoint)
        let parameters = report.map { "\(HumanReadable.count($0.parameterCount)) parameters" } ?? ""
        let name = loaded.checkpoint.name
        if loaded.checkpoint.isBuiltin {
            logger.info("Serving the built-in model \(name) (\(parameters)); `apus serve FOLDER` serves a checkpoint")
        } else {
            let types = configuration.quantization.map { ", quantised to \($0.rawValue)" } ?? ""
            logger.info("Serving \(name) from \(loaded.checkpoint.location) (\(parameters)\(types))")
        }
        let tokens = engine.limits.blockCount * engine.limits.blockSize
        logger.info(
            "Ready",
            metadata: [
                "seconds": "\(Double(Int(took / .milliseconds(1))) / 1000)",
                "threads": "\(loaded.threadCount)", "instructions": "\(loaded.instructionSet)",
                "cache_tokens": "\(tokens)", "max_model_len": "\(engine.limits.maxLength)",
            ])
        if engine.limits.maxLength < configuration.maxModelLength ?? loaded.model.contextLength {
            logger.warning(
                "The cache holds only \(tokens) tokens; longer requests are refused. Give more --kv-cache-memory.")
        }
    }

    private func drain(_ engine: Engine, _ http: HTTPServer) async {
        state.drain()
        let running = engine.statistics.runningSequences
        logger.info("Draining", metadata: ["running": "\(running)"])
        let timeout = Duration.seconds(configuration.shutdownTimeoutSeconds)
        let expiry = Task {
            do { try await Task.sleep(for: timeout) } catch { return false }
            // What still runs ends with an error that says why, as long as its client takes it.
            engine.shutdown()
            return true
        }
        let isDelivered = await http.drain(timeout: timeout + Self.farewellTime)
        expiry.cancel()
        let isCutOff = await expiry.value
        engine.shutdown()
        if isDelivered, !isCutOff {
            logger.info("Stopped")
        } else {
            logger.warning("Stopped; answers that took longer than --shutdown-timeout were cut off")
        }
    }
}

/// Runs blocking work on a thread of its own.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "apus.load", qos: .userInitiated).async {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}
