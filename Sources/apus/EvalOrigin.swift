internal import Checkpoints
internal import Compute
internal import FoundationEssentials
internal import JSON
internal import Models
internal import Service

/// Where the model of a run is: at a URL, or a checkpoint in this process. A run's manifest keeps it.
struct EvalOrigin {
    let json: JSONObject

    init(url: String) {
        json = ["url": .string(url)]
    }

    init(_ configuration: ServerConfiguration) {
        json = [
            "path": configuration.model.map { .string(URL(filePath: $0).standardizedFileURL.path) } ?? .null,
            "quantization": configuration.quantization.map { .string($0.rawValue) } ?? .null,
            "kv_cache_dtype": .string("\(configuration.cacheType)"),
            "threads": .integer(configuration.threads ?? Processor.usableThreads),
            "processor": .string(Self.processor),
        ]
    }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ": ").last.map(String.init) ?? "unknown"
    }
}
