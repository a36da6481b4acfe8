internal import Checkpoints
internal import Engine
internal import OpenAI

/// A model loaded for commands that answer in their own process, without a network.
struct LocalModel: Sendable {
    let engine: Engine
    let context: ModelContext

    /// Throws what loading the model throws.
    init(_ configuration: ServerConfiguration) throws {
        let progress = ProgressLine(label: "Loading")
        let loaded = try LoadedModel(configuration) { progress.show($0.fraction) }
        progress.clear()
        engine = try loaded.makeEngine(configuration)
        context = try loaded.context(configuration, maxLength: engine.limits.maxLength)
        engine.start()
    }
}
