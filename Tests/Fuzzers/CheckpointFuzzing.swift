@testable import Checkpoints

/// Headers of weight files: every tensor that one lists lies within the file.
enum CheckpointFuzzing {
    static func readGGUF(_ input: [UInt8]) {
        input.withUnsafeBytes { bytes in
            guard let header = try? GGUFHeader(parsing: bytes, file: "a.gguf") else { return }
            for entry in header.entries { precondition(bytes.indices.contains(entry.range)) }
        }
    }

    static func readSafetensors(_ input: [UInt8]) {
        guard let header = try? SafetensorsHeader(parsing: input.span, file: "a.safetensors") else { return }
        for entry in header.entries { precondition(input.indices.contains(entry.range)) }
    }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        other.isEmpty || lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}
