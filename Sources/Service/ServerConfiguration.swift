package import Checkpoints
package import Engine
package import Models
package import OpenAI
package import Sockets
package import Telemetry

/// Everything that `apus serve` can be told, with its defaults.
package struct ServerConfiguration: Sendable {
    /// Folder of a Hugging Face checkpoint; nil serves the model that is built in.
    package var model: String?
    package var hosts = ["127.0.0.1"]
    /// 0 lets the system choose.
    package var port = 8000
    /// A Unix socket to listen on in place of hosts and port.
    package var unixSocket: String?
    /// The path under which a proxy passes requests on; empty, or with a slash in front and none at the end.
    package var rootPath = ""
    /// Names that clients may use; the first one is reported. Empty: the model's own name.
    package var servedModelNames: [ServedModelName] = []
    /// Requests need one of these keys; empty: none is needed.
    package var apiKeys: [String] = []
    /// A file of keys with scopes and limits (``KeyFile``); requests need one of these keys or of `apiKeys`.
    package var keyFile: String?
    /// /reset_prefix_cache needs one of these keys; empty: nobody may use it.
    package var adminKeys: [String] = []
    /// Longest prompt plus answer in tokens; nil: the model's own limit.
    package var maxModelLength: Int?
    package var maxSequences = 64
    package var maxBatchedTokens = 512
    package var maxQueuedRequests = 1024
    package var blockSize = 32
    /// Bytes for keys and values; nil: a share of the memory that is free after loading.
    package var cacheMemory: Int?
    package var cacheType: KeyValueType = .auto
    /// What weights are quantised to while they are read; nil: they stay as they are.
    package var quantization: QuantizationType?
    package var prefixCaching = true
    /// Folder that keeps packed weights between starts; nil: none.
    package var weightCache: String?
    /// Compute threads; nil: one per processor.
    package var threads: Int?
    /// Seed of requests that name none; nil: a fresh one each.
    package var seed: UInt64?
    /// Jinja source or the path of a file with it; nil: the checkpoint's own.
    package var chatTemplate: String?
    package var reasoningParser: ReasoningParser = .deepseekR1
    package var toolParser: ToolParserName = .auto
    /// What responses call the chain of thought.
    package var reasoningField: ReasoningField = .reasoningContent
    /// Whether prompts end in `<think>\n` also where the template leaves that to the model.
    package var enforcesThinking = true
    /// Whether system messages move into the first user's.
    package var foldsSystemPrompt = false
    /// Most tokens of reasoning, whatever requests ask for; nil: no limit.
    package var maxReasoningTokens: Int?
    /// What a chain of thought that is cut off is closed with.
    package var reasoningBudgetMessage = GuidancePolicy.defaultMessage
    /// When a request that is silent about it counts as caught in a loop; nil: never.
    package var repetition: RepetitionLimits?
    package var generationConfig: GenerationConfigSource = .auto
    /// Certificate and client certificates; nil: plain HTTP.
    package var tls: TLSConfiguration?
    package var allowedOrigins = ["*"]
    /// Responses of /v1/responses that are kept for later requests; 0: none.
    package var maxStoredResponses = 1024
    /// Bytes for them.
    package var storedResponsesMemory = 64 << 20
    package var maxRequestBytes = 64 << 20
    /// Bytes for requests that arrive and answers that wait for their readers, all connections together.
    package var requestMemory = 1 << 30
    package var maxConnections = 16_384
    /// How long a client may take for a request's head, between two pieces of its body, and to take a byte of an answer.
    package var clientTimeoutSeconds = 30.0
    /// How long a connection may be idle between two requests.
    package var idleTimeoutSeconds = 75.0
    package var shutdownTimeoutSeconds = 30.0
    /// Pause after which a waiting stream gets a comment line; 0: none.
    package var keepAliveSeconds = 10.0
    /// Whether the chat page and the dashboard are served.
    package var servesPage = true
    package var logFormat: LogFormat = .text
    /// A file for the line of each request; nil: they stand in the log.
    package var auditLog: String?
    /// Whether that line has the prompts.
    package var logsPrompts = false

    package init() {}
}

/// Where default sampling parameters come from.
package enum GenerationConfigSource: Sendable, Equatable {
    /// The checkpoint's generation_config.json.
    case auto
    /// OpenAI's defaults, as `--generation-config vllm` says.
    case none
    /// Another folder's generation_config.json.
    case folder(String)
}

/// How the chain of thought is told apart from the answer.
package enum ReasoningParser: String, Sendable, CaseIterable {
    case deepseekR1 = "deepseek_r1"
    /// Everything is content, tags included.
    case none
}
