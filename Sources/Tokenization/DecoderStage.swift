/// One decoder as a transformation of a stream of tokens; its state is part of the value.
///
/// Every stage emits what is certain as soon as it is: decoding a whole text is feeding all tokens and finishing.
enum DecoderStage: Sendable {
    case byteLevel(ByteLevelDecoder)
    case byteFallback(ByteFallbackDecoder)
    case fuse(FuseDecoder)
    case join(JoinDecoder)
    case metaspace(MetaspaceDecoder)
    case replace(ReplaceDecoder)
    case strip(StripDecoder)

    static let supported = "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip, Sequence"

    /// The stages of a `decoder` component, sequences flattened; without a decoder tokens are joined by spaces.
    static func stages(_ node: ConfigurationNode?) throws(TokenizerError) -> [DecoderStage] {
        guard let node else { return [.join(JoinDecoder())] }
        switch try node.type() {
        case "ByteLevel": return [.byteLevel(ByteLevelDecoder())]
        case "ByteFallback": return [.byteFallback(ByteFallbackDecoder())]
        case "Fuse": return [.fuse(FuseDecoder())]
        case "Metaspace": return [.metaspace(MetaspaceDecoder(try Metaspace(node)))]
        case "Replace":
            let content = Array(try node.required("content").string().utf8)
            return [.replace(ReplaceDecoder(pattern: try node.required("pattern").pattern(), content: content))]
        case "Strip": return [.strip(try StripDecoder(node))]
        case "Sequence":
            var stages: [DecoderStage] = []
            for child in try node.required("decoders").elements() { stages += try DecoderStage.stages(child) }
            return stages
        case let type: throw node.unsupported(type, supported: supported)
        }
    }

    /// Takes the next fragment and appends what follows from it.
    mutating func receive(_ fragment: TokenFragment, into output: inout [TokenFragment]) {
        switch self {
        case .byteLevel(var stage):
            stage.receive(fragment, into: &output)
            self = .byteLevel(stage)
        case .byteFallback(var stage):
            stage.receive(fragment, into: &output)
            self = .byteFallback(stage)
        case .fuse(var stage):
            stage.receive(fragment, into: &output)
            self = .fuse(stage)
        case .join(var stage):
            stage.receive(fragment, into: &output)
            self = .join(stage)
        case .metaspace(var stage):
            stage.receive(fragment, into: &output)
            self = .metaspace(stage)
        case .replace(var stage):
            stage.receive(fragment, into: &output)
            self = .replace(stage)
        case .strip(var stage):
            stage.receive(fragment, into: &output)
            self = .strip(stage)
        }
    }

    /// Appends what was held back, the input having ended.
    mutating func finish(into output: inout [TokenFragment]) {
        switch self {
        case .byteLevel(var stage): stage.finish(into: &output)
        case .byteFallback(var stage): stage.finish(into: &output)
        case .fuse(let stage): stage.finish(into: &output)
        case .join, .metaspace, .replace, .strip: break
        }
    }
}
