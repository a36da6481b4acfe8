internal import Checkpoints
internal import Compute
@preconcurrency internal import Dispatch
internal import Engine
internal import HTTP
package import Logging
internal import Models
internal import OpenAI
internal import Sockets
internal import Telemetry

/// `apus serve`: listens, loads the model, answers, and ends in good order.
package struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let state = ServiceState()
    /// For the last words to clients whose answers are cut off.
    private static let farewellTime = Duration.seconds(1)
    /// Descriptors for all but connections, and for connections that are told that they are too many.
    private static let spareDescriptors = 128

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
        let auditFile = try makeAuditFile()
        let access = try makeAccessControl(auditFile)
        let http = try makeHTTPServer(access)
        let port = try start(http)
        for place in places(http, port) { logger.info("Listening on \(place)") }
        let reload = HangupSignal {
            reloadCertificate(http)
            reloadKeys(access.keys)
            if let auditFile { reopen(auditFile) }
        }
        defer { reload.ignore() }
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
        let http = try makeHTTPServer(try makeAccessControl(try makeAuditFile()))
        let port = try start(http)
        let engine = try await load()
        do {
            let result = try await body(url(port))
            await drain(engine, http)
            return result
        } catch {
            await drain(engine, http)
            throw error
        }
    }

    private var scheme: String { configuration.tls == nil ? "http" : "https" }

    private func url(_ port: Int) -> String { url(configuration.hosts[0], port) }

    private func url(_ host: String, _ port: Int) -> String {
        "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// What is listened on: URLs as far as there are any, in the words of the settings.
    private func places(_ http: HTTPServer, _ port: Int) -> [String] {
        let addresses = http.addresses
        let isAsSet = configuration.unixSocket == nil && !http.hasInheritedSockets
        if isAsSet { return configuration.hosts.map { url($0, port) } }
        return addresses.map { $0.port > 0 ? "\(scheme)://\($0)" : "\($0)" }
    }

    private func makeAuditFile() throws -> LogFile? {
        guard let path = configuration.auditLog else { return nil }
        do {
            return try LogFile(path: path) { [logger] in logger.error("The audit log \($0)") }
        } catch {
            throw SettingError("--audit-log", "\(error). Give a path that the server may write.")
        }
    }

    private func makeAccessControl(_ auditFile: LogFile?) throws -> AccessControl {
        let listed: [AccessKey]?
        if let path = configuration.keyFile { listed = try KeyFile.keys(path: path) } else { listed = nil }
        return AccessControl(
            state: state,
            keys: KeyRing(apiKeys: configuration.apiKeys, adminKeys: configuration.adminKeys, listed: listed),
            audit: auditFile.map { configuration.logFormat.logger(label: "apus.audit", writingTo: $0) } ?? logger,
            logsPrompts: configuration.logsPrompts, rootPath: configuration.rootPath)
    }

    private func makeHTTPServer(_ access: AccessControl) throws -> HTTPServer {
        var cors = CORSPolicy(allowedOrigins: configuration.allowedOrigins)
        cors.exposedHeaders += ["Request-Id"] + KeyUsage.headerNames
        let rootPath = configuration.rootPath
        var http = HTTPServerConfiguration(hosts: configuration.hosts, port: configuration.port) { [cors] error in
            let request = HTTPRequest(method: "", path: error.path ?? "/").relative(to: rootPath)
            var response = APIError.refused(error.status, error.message).response(in: ErrorEnvelope(path: request.path))
            cors.apply(to: &response.headers, origin: nil)
            return response
        }
        http.unixPath = configuration.unixSocket
        http.takesInheritedSockets = true
        http.limits.body = configuration.maxRequestBytes
        http.requestMemory = configuration.requestMemory
        http.setClientTimeout(.seconds(configuration.clientTimeoutSeconds))
        http.idleTime = .seconds(configuration.idleTimeoutSeconds)
        let descriptors = DescriptorLimit.raise()
        http.maxConnections = min(
            configuration.maxConnections, max(descriptors - Self.spareDescriptors, descriptors / 2))
        if let tls = configuration.tls {
            http.tls = try TLSContext(tls)
            http.tls?.warnings.forEach { logger.warning("\($0)") }
        }
        let names = HostNames(configuration)
        http.refuse = { [cors] request in
            guard var response = names.refusal(of: request) ?? access.refusal(of: request) else { return nil }
            cors.apply(to: &response.headers, origin: request.headers["Origin"])
            return response
        }
        let keepAlive = configuration.keepAliveSeconds
        let router = Endpoints(
            access: access, keepAlive: keepAlive > 0 ? .seconds(keepAlive) : nil,
            responses: ResponseStore(
                capacity: configuration.maxStoredResponses, memory: configuration.storedResponsesMemory),
            page: configuration.servesPage ? Page() : nil
        ).router(cors: cors)
        return HTTPServer(configuration: http, logger: logger) { request in
            FatalSignals.coverThread()
            if let refusal = names.refusal(of: request) { return refusal }
            var response = await router.handle(request.relative(to: rootPath))
            ResponseCompression.apply(to: &response, for: request)
            return response
        }
    }

    private func start(_ http: HTTPServer) throws -> Int {
        do {
            return try http.start()
        } catch {
            throw SettingError("Cannot serve", "\(error)")
        }
    }

    /// Reads certificate and key again for new connections. What is wrong with them leaves the old ones in place.
    private func reloadCertificate(_ http: HTTPServer) {
        guard let tls = configuration.tls else { return }
        do throws(TLSError) {
            let context = try TLSContext(tls, replacing: http.tls)
            http.replace(tls: context)
            context.warnings.forEach { logger.warning("\($0)") }
            logger.info("The certificate is reloaded", metadata: ["file": "\(tls.certificateFile)"])
        } catch {
            logger.error("The certificate is not reloaded, the old one stays: \(error)")
        }
    }

    /// Reads the file of keys again. What is wrong with it leaves the old keys in place.
    private func reloadKeys(_ keys: KeyRing) {
        guard let path = configuration.keyFile else { return }
        do throws(SettingError) {
            let listed = try KeyFile.keys(path: path)
            keys.replace(listed)
            logger.info("The keys are reloaded", metadata: ["file": "\(path)", "keys": "\(listed.count)"])
        } catch {
            logger.error("The keys are not reloaded, the old ones stay: \(error)")
        }
    }

    /// Goes on with a new file where the old one was renamed.
    private func reopen(_ auditFile: LogFile) {
        do throws(LogFileError) {
            try auditFile.reopen()
            logger.info("The audit log is opened again")
        } catch {
            logger.error("The audit log stays as it is: \(error)")
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
                metrics: ServiceMetrics(model: context.names[0], limits: engine.limits)))
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
