internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Models
internal import OpenAI
internal import Service
internal import Sockets
internal import Telemetry

/// A number of bytes, written plainly or with K, M, G or T (powers of 1,024).
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
    var bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        var digits = argument.uppercased()
        for suffix in ["IB", "B"] where digits.hasSuffix(suffix) { digits.removeLast(suffix.count); break }
        let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let factor = digits.last.flatMap { factors[$0] }
        if factor != nil { digits.removeLast() }
        guard let value = Double(digits), value > 0, value * Double(factor ?? 1) < 1e18 else { return nil }
        bytes = Int(value * Double(factor ?? 1))
    }

    var description: String {
        for (name, shift) in [("T", 40), ("G", 30), ("M", 20), ("K", 10)] where bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(name)"
        }
        return "\(bytes)"
    }
}

/// A number of tokens, written plainly or with k (1,024) as in 32k.
struct TokenCount: ExpressibleByArgument {
    var count: Int

    init?(argument: String) {
        let scaled = argument.lowercased().hasSuffix("k")
        guard let value = Int(scaled ? String(argument.dropLast()) : argument), value > 0, value < 1 << 40 else {
            return nil
        }
        count = scaled ? value * 1024 : value
    }
}

extension ReasoningField: ExpressibleByArgument {}
extension RepetitionLimits: ExpressibleByArgument {
    /// vLLM's object, as requests have it.
    init?(argument: String) { self.init(json: argument) }
}

extension ReasoningParser: ExpressibleByArgument {}
extension ServedModelName: ExpressibleByArgument {}

extension ToolParserName: ExpressibleByArgument {}
extension KeyValueType: ExpressibleByArgument {}
extension QuantizationType: ExpressibleByArgument {
    /// In capitals too, as llama.cpp writes them.
    init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}
extension AccessScope: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
extension TLSConfiguration.ClientCertificates: ExpressibleByArgument {
    /// By name or, as for vLLM, by Python's number.
    init?(argument: String) {
        guard let value = Self.allCases.first(where: { ["\($0)", "\($0.rawValue)"].contains(argument) }) else {
            return nil
        }
        self = value
    }

    static var allValueStrings: [String] { allCases.map { "\($0)" } }
}

extension GenerationConfigSource {
    init(argument: String) {
        self =
            switch argument {
            case "auto": .auto
            case "vllm": .none
            default: .folder(argument)
            }
    }
}
