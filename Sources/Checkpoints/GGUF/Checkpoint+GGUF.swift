import Glibc
import JSON

extension Checkpoint {
    /// Opens a GGUF file, or all parts of a split one, whichever of them is given.
    init(gguf path: String, requiresTokenizer: Bool, progress: LoadProgress.Handler?) throws(CheckpointError) {
        let files = try GGUFFiles(path: path, progress: progress)
        try self.init(files, name: Self.name(ofGGUF: path), location: path, requiresTokenizer: requiresTokenizer)
    }

    init(_ files: GGUFFiles, name: String, location: String, requiresTokenizer: Bool) throws(CheckpointError) {
        var entries: [String: GGUFHeader.Entry] = [:]
        var divisors: [Float]?
        for (file, header) in files.contents {
            for entry in header.entries {
                entries[entry.name] = entry
                if entry.name == GGUFTensors.rotaryDivisors { divisors = try Self.divisors(entry, file) }
            }
        }
        let configuration = try GGUFConfiguration(files.metadata, entries: entries, divisors: divisors)
        let tokenizer = try GGUFTokenizer(files.metadata)
        if tokenizer == nil, requiresTokenizer {
            throw CheckpointError(
                file: files.metadata.file, problem: "has no tokenizer: its metadata lacks tokenizer.ggml.model",
                remedy: "Convert the model again from a folder with its tokenizer.")
        }
        self.name = name
        self.location = location
        isBuiltin = false
        config = .object(configuration.config)
        generationConfig = configuration.generation.isEmpty ? nil : .object(configuration.generation)
        tokenizerJSON = []
        tokenizerConfig = nil
        chatTemplate = tokenizer?.chatTemplate
        tensors = try GGUFTensors.index(files.contents, expertCount: configuration.expertCount)
        gguf = GGUFDescription(
            configuration: configuration, tokenizer: tokenizer, file: files.contents[0].file,
            values: files.contents[0].header.values,
            tensors: files.contents.flatMap { $0.header.entries.map { ($0.name, $0.shape) } })
    }

    /// Whether a file begins as GGUF files do, whatever its name.
    static func isGGUF(_ path: String) -> Bool {
        if path.lowercased().hasSuffix(".gguf") { return true }
        guard let file = fopen(path, "rb") else { return false }
        defer { fclose(file) }
        var magic = [UInt8](repeating: 0, count: 4)
        return fread(&magic, 1, 4, file) == 4 && magic == Array("GGUF".utf8)
    }

    private static func name(ofGGUF path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        if let part = GGUFPartName(file) { return part.stem }
        return file.lowercased().hasSuffix(".gguf") ? String(file.dropLast(".gguf".count)) : file
    }

    private static func divisors(_ entry: GGUFHeader.Entry, _ file: MappedFile) throws(CheckpointError) -> [Float] {
        guard entry.type == .f32, entry.shape.count == 1 else {
            throw CheckpointError(
                file: file.name, tensor: entry.name,
                problem: "is \(entry.type.rawValue) \(entry.shape); it must be F32 of one dimension",
                remedy: CheckpointError.downloadAgain)
        }
        let values = (0..<entry.shape[0]).map { index in
            (file.base + entry.range.lowerBound + 4 * index).loadUnaligned(as: Float.self)
        }
        guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw CheckpointError(
                file: file.name, tensor: entry.name, problem: "holds values that are not above 0",
                remedy: CheckpointError.downloadAgain)
        }
        return values
    }
}

/// What a checkpoint in GGUF keeps of its metadata.
struct GGUFDescription: Sendable {
    let configuration: GGUFConfiguration
    let tokenizer: GGUFTokenizer?
    /// The file with the metadata, and where each value lies in it.
    let file: MappedFile
    let values: [(key: String, range: Range<Int>)]
    /// As the files have them, outermost dimension first.
    let tensors: [(name: String, shape: [Int])]
}
