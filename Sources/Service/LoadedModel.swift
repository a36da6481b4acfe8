package import Checkpoints
package import Compute
package import Engine
internal import FoundationEssentials
internal import JSON
package import Models
package import OpenAI
internal import Sockets
package import Tokenization

/// A checkpoint that is ready to run: weights in memory, tokenizer and template parsed.
package struct LoadedModel: Sendable {
    package let checkpoint: Checkpoint
    package let configuration: ModelConfiguration
    package let model: any LanguageModel
    package let tokenizer: Tokenizer
    private let processor: Processor

    /// Threads that compute.
    package var threadCount: Int { processor.threadCount }
    package var instructionSet: InstructionSet { processor.instructionSet }

    /// Opens a folder or a GGUF file, or the built-in checkpoint for nil.
    package static func checkpoint(_ path: String?) throws(CheckpointError) -> Checkpoint {
        if let path { try Checkpoint(path: path) } else { try Checkpoint.builtin() }
    }

    /// The checkpoint's tokenizer, which must have ids of the model's vocabulary alone.
    package static func tokenizer(
        of checkpoint: Checkpoint, _ configuration: ModelConfiguration
    ) throws(CheckpointError) -> Tokenizer {
        let tokenizer: Tokenizer
        do {
            tokenizer = try Tokenizer(checkpoint)
        } catch {
            throw CheckpointError(
                file: error.file, problem: error.field.isEmpty ? error.message : "\(error.field): \(error.message)",
                remedy: "Download it again from the model's repository.")
        }
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw CheckpointError(
                file: checkpoint.ggufTokenizer?.file ?? "tokenizer.json",
                problem: "has ids up to \(tokenizer.vocabularySize - 1), but the model's vocabulary ends at "
                    + "\(configuration.vocabularySize - 1)",
                remedy: "Use the tokenizer that belongs to these weights.")
        }
        return tokenizer
    }

    /// Throws `CheckpointError` or `ComputeError`. `progress` reports bytes of weights read.
    package init(_ configuration: ServerConfiguration, progress: LoadProgress.Handler? = nil) throws {
        checkpoint = try Self.checkpoint(configuration.model)
        self.configuration = try checkpoint.configuration()
        tokenizer = try Self.tokenizer(of: checkpoint, self.configuration)
        let threads = configuration.threads ?? Processor.usableThreads
        processor = try Processor(threads: threads)
        model = try ModelLoader.load(
            checkpoint, configuration: self.configuration,
            options: ModelOptions(
                processor: processor, keyValueType: configuration.cacheType,
                quantization: configuration.quantization, maxContext: configuration.maxModelLength,
                availableMemory: MachineMemory.current()?.available ?? .max, weightCache: configuration.weightCache),
            progress: progress)
    }

    /// Times the stages of every step from now on; for the engines that are made afterwards.
    package func keepStageTimes() -> StageClock {
        let clock = StageClock()
        processor.stageClock = clock
        return clock
    }

    /// The engine for this model. Throws when the cache does not fit.
    package func makeEngine(_ configuration: ServerConfiguration) throws -> Engine {
        let budget = configuration.cacheMemory ?? defaultCacheMemory(configuration)
        let blocks = EngineConfiguration.blockCount(
            bytes: budget, cacheBytesPerToken: model.cacheBytesPerToken, blockSize: configuration.blockSize)
        guard blocks >= 1 else {
            throw SettingError(
                "--kv-cache-memory",
                "\(HumanReadable.bytes(budget)) do not hold one block of \(configuration.blockSize) tokens, which takes "
                    + "\(HumanReadable.bytes(configuration.blockSize * model.cacheBytesPerToken)). Give more memory or "
                    + "a smaller --block-size.")
        }
        var engine = EngineConfiguration()
        engine.maxBatchedTokens = configuration.maxBatchedTokens
        engine.maxSequences = configuration.maxSequences
        engine.maxWaiting = configuration.maxQueuedRequests
        engine.prefixCaching = configuration.prefixCaching
        engine.maxModelLength = configuration.maxModelLength
        do {
            try engine.validate(contextLength: model.contextLength)
        } catch {
            let isLength = error.field == "maxModelLength"
            throw SettingError(isLength ? "--max-model-len" : error.field, "\(error.value) \(error.problem).")
        }
        return try Engine(
            runner: CPURunner(
                model: model, blockCount: blocks, blockSize: configuration.blockSize, workers: processor.workers,
                clock: processor.stageClock),
            configuration: engine)
    }

    /// Everything that requests are decoded with and responses are made of.
    package func context(_ configuration: ServerConfiguration, maxLength: Int) throws -> ModelContext {
        let controlTokens = ControlTokens(tokenizer)
        let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)
        var context = ModelContext(
            tokenizer: tokenizer, chatPrompt: try chatPrompt(configuration, controlTokens),
            names: configuration.servedModelNames.isEmpty
                ? [checkpoint.name] : configuration.servedModelNames.map(\.name),
            root: checkpoint.location, maxModelLength: maxLength,
            endTokens: Set(self.configuration.endTokens), defaults: try samplingDefaults(configuration),
            reasoning: configuration.reasoningParser == .none ? .inline(tags) : .separate(tags),
            seed: configuration.seed, created: Int(Date().timeIntervalSince1970),
            systemFingerprint: systemFingerprint(configuration))
        context.reasoningField = configuration.reasoningField
        context.thinking = thinkingPolicy(configuration)
        context.guidance.maxReasoningTokens = configuration.maxReasoningTokens
        context.guidance.budgetMessage = configuration.reasoningBudgetMessage
        context.guidance.repetition = configuration.repetition
        let places = configuration.maxQueuedRequests + min(configuration.maxSequences, configuration.maxBatchedTokens)
        context.mostPrompts = min(context.mostPrompts, places)
        return context
    }

    /// Enough for as many full contexts as run together, but no more than half of what is free beside the weights. Those
    /// that are quantised lie in memory that is not free any more.
    private func defaultCacheMemory(_ configuration: ServerConfiguration) -> Int {
        let isPackedInMemory = configuration.weightCache == nil
        let mapped = checkpoint.tensors.reduce(0) { sum, tensor in
            let isCopied = configuration.quantization != nil || tensor.type.isBlocked
            return checkpoint.isBuiltin || isCopied && isPackedInMemory ? sum : sum + tensor.byteCount
        }
        let free = max(0, (MachineMemory.current()?.available ?? 1 << 30) - mapped)
        let length = configuration.maxModelLength ?? model.contextLength
        return min(free / 2, configuration.maxSequences * length * model.cacheBytesPerToken)
    }

    private func chatPrompt(_ configuration: ServerConfiguration, _ controlTokens: ControlTokens) throws -> ChatPrompt?
    {
        var source = checkpoint.chatTemplate
        if let given = configuration.chatTemplate {
            source = given
            if !given.contains("{"), !given.contains("\n") {
                do {
                    source = try String(contentsOfFile: given, encoding: .utf8)
                } catch {
                    throw SettingError(
                        "--chat-template", "the file \(given) cannot be read. Give a readable file or Jinja source.")
                }
            }
        }
        guard let source else { return nil }
        do {
            return try ChatPrompt(
                source: source, tokenizer: tokenizer, controlTokens: controlTokens,
                toolParser: configuration.toolParser)
        } catch {
            throw SettingError(
                configuration.chatTemplate == nil ? "The checkpoint's chat template" : "--chat-template",
                "\(error). Mend the template or give another with --chat-template.")
        }
    }

    private func thinkingPolicy(_ configuration: ServerConfiguration) -> ThinkingPolicy {
        var policy = ThinkingPolicy()
        policy.isEnforced = configuration.enforcesThinking
        policy.foldsSystemPrompt = configuration.foldsSystemPrompt
        for name in configuration.servedModelNames { policy.modes[name.name] = name.isThinking }
        return policy
    }

    private func samplingDefaults(_ configuration: ServerConfiguration) throws -> SamplingDefaults {
        let generation: GenerationDefaults
        switch configuration.generationConfig {
        case .none: return .openAI
        case .auto: generation = try checkpoint.generationDefaults()
        case .folder(let folder): generation = try GenerationDefaults(folder: folder)
        }
        return SamplingDefaults(generation)
    }

    /// A digest of the configuration, the weights' layout and the options that outputs depend on.
    private func systemFingerprint(_ configuration: ServerConfiguration) -> String {
        var text = checkpoint.config.serialized()
        for tensor in checkpoint.tensors { text += "\(tensor.name) \(tensor.type) \(tensor.shape)" }
        text += "\(Version.text) \(configuration.cacheType) \(processor.instructionSet)"
        if let quantization = configuration.quantization { text += " \(quantization)" }
        text += " \(configuration.enforcesThinking) \(configuration.foldsSystemPrompt)"
        text += configuration.chatTemplate ?? ""
        return "fp_" + Digest.hexadecimal(of: text).prefix(12)
    }
}
