internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Logging
internal import Models
internal import OpenAI
internal import Service
internal import Sockets
internal import Telemetry

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves a model over the OpenAI API.",
        discussion: """
            Every option can also stand in a YAML file (--config) under its own name, or in the environment as APUS_…, \
            such as APUS_API_KEY. A flag wins over the environment, the environment over the file.
            """
    )

    @Argument(help: "Hugging Face folder or GGUF file; without it the built-in model is served.")
    var model: String?

    @Option(help: "YAML file with settings; config/apus.yaml is a commented example.")
    var config: String?

    @Option(help: "Address or host name to listen on, IPv4 or IPv6; repeatable.")
    var host = ["127.0.0.1"]

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8000

    @Option(help: "Path of a Unix socket to listen on in place of host and port.")
    var uds: String?

    @Option(help: "Path under which a proxy passes requests on, such as /llm; it is taken off.")
    var rootPath = ""

    @Option(
        name: .customLong("served-model-name"),
        help: ArgumentHelp(
            "Name for clients; repeatable, the first is reported. NAME=thinking or NAME=no-thinking sets its default.",
            valueName: "name[=mode]"))
    var servedModelName: [ServedModelName] = []

    @Option(help: "Longest prompt plus answer in tokens, such as 8192 or 32k.")
    var maxModelLen: TokenCount?

    @OptionGroup var compute: ComputeOptions

    @Option(help: "Sequences computed together.")
    var maxNumSeqs = 64

    @OptionGroup var batching: BatchingOptions

    @Option(help: "Requests that may wait; more are answered 429.")
    var maxNumQueuedReqs = 1024

    @Option(help: "Key that clients must send as a bearer token; repeatable.")
    var apiKey: [String] = []

    @Option(help: "Key for the routes of administrators, which nobody may use without one; repeatable.")
    var adminApiKey: [String] = []

    @Option(help: "YAML file of keys with scopes and limits; `apus key create` makes entries. Read again on SIGHUP.")
    var apiKeyFile: String?

    @Option(help: "Seed of requests that name none.")
    var seed: UInt64?

    @Option(help: "Jinja chat template, or the path of a file with one.")
    var chatTemplate: String?

    @Option(help: "How reasoning is told from the answer.")
    var reasoningParser = ReasoningParser.deepseekR1

    @Option(help: "What responses call the chain of thought.")
    var reasoningField = ReasoningField.reasoningContent

    @Flag(
        inversion: .prefixedNo,
        help: "Begin answers with <think>, also where the template leaves that to the model and has no switch.")
    var enforceThinking = true

    @Flag(help: "Move system messages into the first user message, as R1's authors recommend.")
    var foldSystemPrompt = false

    @Option(help: "How calls of tools are written; auto goes by the chat template.")
    var toolCallParser = ToolParserName.auto

    @Option(help: "Most tokens of reasoning per answer, whatever requests ask for; 0 lets none be thought.")
    var maxReasoningTokens: Int?

    @Option(help: "What a chain of thought that is cut off is closed with, before its tag.")
    var reasoningBudgetMessage = GuidancePolicy.defaultMessage

    @Option(help: "End answers that run in circles: a JSON object with max_pattern_size, min_pattern_size, min_count.")
    var repetitionDetection: RepetitionLimits?

    @Option(help: "Default sampling: auto (the checkpoint's), vllm (OpenAI's) or a folder with generation_config.json.")
    var generationConfig = "auto"

    @Flag(inversion: .prefixedNo, help: "Share the memory of equal prefixes.")
    var enablePrefixCaching = true

    @Option(help: "Tokens per block of the cache.")
    var blockSize = 32

    @Option(help: "PEM file with the certificate and its chain: serves over TLS. Read again on SIGHUP.")
    var sslCertfile: String?

    @Option(help: "PEM file with the certificate's key, if it is not in the certificate's file.")
    var sslKeyfile: String?

    @Option(help: "Password of an encrypted key; better given as APUS_SSL_KEYFILE_PASSWORD.")
    var sslKeyfilePassword: String?

    @Option(help: "PEM file with the authorities whose client certificates are accepted.")
    var sslCaCerts: String?

    @Option(help: "Client certificates: none, optional or required (0, 1 or 2).")
    var sslCertReqs = TLSConfiguration.ClientCertificates.none

    @Option(
        help: """
            Origin that browsers may call from; repeatable, * allows all. With a list, a server on loopback addresses \
            alone answers to its address, localhost and the origins' names, not to others bound to it anew.
            """)
    var allowedOrigins: [String] = []

    @Option(help: "Responses kept in memory for previous_response_id; 0 keeps none.")
    var maxStoredResponses = 1024

    @Option(help: "Memory for stored responses; the ones unused for longest go first.")
    var storedResponsesMemory = ByteCount(64 << 20)

    @Option(help: "Largest request body.")
    var maxRequestSize = ByteCount(64 << 20)

    @Option(help: "Memory for requests that arrive and answers that wait for their readers; beyond it 503.")
    var requestMemory = ByteCount(1 << 30)

    @Option(help: "Connections open at once; more are answered 503.")
    var maxConnections = 16_384

    @Option(help: "Seconds for the head of a request, between pieces of its body, and to take a byte of an answer.")
    var clientTimeout = 30.0

    @Option(help: "Seconds that a connection may idle between two requests.")
    var idleTimeout = 75.0

    @Option(help: "Seconds that running answers get to finish after SIGTERM.")
    var shutdownTimeout = 30.0

    @Option(help: "Seconds after which a waiting stream gets a comment line; 0 sends none.")
    var sseKeepAliveInterval = 10.0

    @Flag(inversion: .prefixedNo, help: "Serve the chat page at / and the dashboard at /status.")
    var ui = true

    @Option(help: "How log lines look.")
    var logFormat = LogFormat.text

    @Option(help: "File for the line of each request in place of the log; opened again on SIGHUP.")
    var auditLog: String?

    @Flag(help: "Log prompts too.")
    var logRequests = false

    @Option(name: [.customLong("tensor-parallel-size"), .customLong("tp")], help: "Accepted when 1.")
    var tensorParallelSize = 1

    @Flag(help: "Accepted for vLLM's command lines; nothing is captured in graphs here.")
    var enforceEager = false

    @Flag(help: "Accepted for vLLM's command lines; a checkpoint's code is never run.")
    var trustRemoteCode = false

    func validate() throws {
        guard tensorParallelSize == 1 else {
            throw ValidationError(
                "--tensor-parallel-size \(tensorParallelSize) is not supported: one process uses all processors. Use 1."
            )
        }
        try require(port, in: 0...65535, "--port")
        try require(maxNumSeqs, in: 1...65536, "--max-num-seqs")
        try require(maxNumQueuedReqs, in: 0...1_000_000, "--max-num-queued-reqs")
        try require(blockSize, in: 1...1024, "--block-size")
        try require(maxStoredResponses, in: 0...1_000_000, "--max-stored-responses")
        if let maxReasoningTokens {
            try require(maxReasoningTokens, in: 0...Int(Int32.max), "--max-reasoning-tokens")
        }
        try require(maxConnections, in: 1...1_000_000, "--max-connections")
        try require(clientTimeout, in: 1...86400, "--client-timeout")
        try require(idleTimeout, in: 1...86400, "--idle-timeout")
        try require(shutdownTimeout, in: 0...86400, "--shutdown-timeout")
        try require(sseKeepAliveInterval, in: 0...86400, "--sse-keep-alive-interval")
        guard Set(servedModelName.map(\.name)).count == servedModelName.count else {
            throw ValidationError("--served-model-name gives one name twice; each mode needs a name of its own.")
        }
        guard adminApiKey.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--admin-api-key must not be empty; leave it out to have no administrators.")
        }
        guard apiKey.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--api-key must not be empty; leave it out to need no key.")
        }
        guard rootPath.isEmpty || (rootPath.hasPrefix("/") && !rootPath.hasSuffix("/")) else {
            throw ValidationError("--root-path must begin with a slash and end with none, such as /llm.")
        }
        guard sslCertfile != nil || (sslKeyfile == nil && sslCaCerts == nil && sslCertReqs == .none) else {
            throw ValidationError("--ssl-keyfile, --ssl-ca-certs and --ssl-cert-reqs need --ssl-certfile.")
        }
        guard sslCaCerts == nil || sslCertReqs != .none else {
            throw ValidationError(
                "--ssl-ca-certs needs --ssl-cert-reqs optional or required: nobody is asked otherwise.")
        }
    }

    func run() async throws {
        logFormat.bootstrap()
        try await Server(serverConfiguration, logger: Logger(label: "apus")).run()
    }

    private var serverConfiguration: ServerConfiguration {
        var result = ServerConfiguration()
        result.model = model
        result.hosts = host
        result.unixSocket = uds
        result.rootPath = rootPath
        result.port = port
        result.servedModelNames = servedModelName
        result.apiKeys = apiKey
        result.adminKeys = adminApiKey
        result.keyFile = apiKeyFile
        result.maxModelLength = maxModelLen?.count
        result.maxSequences = maxNumSeqs
        result.maxQueuedRequests = maxNumQueuedReqs
        result.blockSize = blockSize
        compute.apply(to: &result)
        batching.apply(to: &result)
        result.prefixCaching = enablePrefixCaching
        result.seed = seed
        result.chatTemplate = chatTemplate
        result.reasoningParser = reasoningParser
        result.reasoningField = reasoningField
        result.enforcesThinking = enforceThinking
        result.foldsSystemPrompt = foldSystemPrompt
        result.toolParser = toolCallParser
        result.maxReasoningTokens = maxReasoningTokens
        result.reasoningBudgetMessage = reasoningBudgetMessage
        result.repetition = repetitionDetection
        result.generationConfig = GenerationConfigSource(argument: generationConfig)
        result.tls = tls
        if !allowedOrigins.isEmpty { result.allowedOrigins = allowedOrigins }
        result.maxStoredResponses = maxStoredResponses
        result.storedResponsesMemory = storedResponsesMemory.bytes
        result.maxRequestBytes = maxRequestSize.bytes
        result.requestMemory = requestMemory.bytes
        result.maxConnections = maxConnections
        result.clientTimeoutSeconds = clientTimeout
        result.idleTimeoutSeconds = idleTimeout
        result.shutdownTimeoutSeconds = shutdownTimeout
        result.keepAliveSeconds = sseKeepAliveInterval
        result.servesPage = ui
        result.logFormat = logFormat
        result.auditLog = auditLog
        result.logsPrompts = logRequests
        return result
    }
}

extension Serve {
    fileprivate var tls: TLSConfiguration? {
        guard let sslCertfile else { return nil }
        var tls = TLSConfiguration(certificateFile: sslCertfile, keyFile: sslKeyfile ?? sslCertfile)
        tls.keyPassword = sslKeyfilePassword
        tls.authorityFile = sslCaCerts
        tls.clientCertificates = sslCertReqs
        return tls
    }
}

/// Throws unless the value is in the range.
func require<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, _ option: String) throws {
    guard range.contains(value) else {
        throw ValidationError("\(option) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
    }
}
