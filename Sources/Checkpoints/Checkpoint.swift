package import JSON

/// A model's files, opened: small ones read, weights mapped, headers checked.
package struct Checkpoint: Sendable {
    /// The folder's name, or the repository's for a folder of Hugging Face's cache.
    package let name: String
    /// The folder, or "built-in".
    package let location: String
    package let isBuiltin: Bool
    /// config.json, or a GGUF file's metadata under its names.
    package let config: JSONValue
    package let generationConfig: JSONValue?
    /// tokenizer.json; empty where the checkpoint has none and none was asked for.
    package let tokenizerJSON: [UInt8]
    package let tokenizerConfig: JSONValue?
    /// chat_template.jinja, or else the (default) template of tokenizer_config.json; a GGUF file's own.
    package let chatTemplate: String?
    package let tensors: TensorIndex
    /// Nil for a Hugging Face folder.
    let gguf: GGUFDescription?

    /// The tokenizer of a GGUF file; a folder has tokenizer.json.
    package var ggufTokenizer: GGUFTokenizer? { gguf?.tokenizer }

    /// Opens a Hugging Face folder or a GGUF file. `progress` is called after each weight file; without
    /// `requiresTokenizer` weights alone open too.
    package init(
        path: String, requiresTokenizer: Bool = true, progress: LoadProgress.Handler? = nil
    ) throws(CheckpointError) {
        if FileSystem.kind(path) == .file, Self.isGGUF(path) {
            try self.init(gguf: path, requiresTokenizer: requiresTokenizer, progress: progress)
        } else {
            try self.init(directory: path, requiresTokenizer: requiresTokenizer, progress: progress)
        }
    }

    /// Opens a Hugging Face folder.
    package init(
        directory: String, requiresTokenizer: Bool = true, progress: LoadProgress.Handler? = nil
    ) throws(CheckpointError) {
        let folder = try CheckpointFolder(directory)
        let weights = try WeightFiles(folder)
        var files: [MappedFile] = []
        for name in weights.names { files.append(try MappedFile(path: folder.file(name), name: name)) }
        let total = files.reduce(0) { $0 + $1.byteCount }
        var contents: [(file: MappedFile, header: SafetensorsHeader)] = []
        var completed = 0
        for file in files {
            contents.append((file, try Self.header(of: file)))
            completed += file.byteCount
            progress?(LoadProgress(completed: completed, total: total, file: file.name))
        }
        let tensors = try TensorIndex(contents)
        try weights.check(tensors)

        let path = FileSystem.resolved(directory)
        try self.init(
            name: Self.name(ofFolder: path), location: directory, isBuiltin: false, tensors: tensors,
            requiresTokenizer: requiresTokenizer
        ) { name throws(CheckpointError) in try folder.bytes(name) }
    }

    /// Assembles a checkpoint from its small files, which `read` returns by name.
    init(
        name: String, location: String, isBuiltin: Bool, tensors: TensorIndex, requiresTokenizer: Bool,
        read: (String) throws(CheckpointError) -> [UInt8]?
    ) throws(CheckpointError) {
        func json(_ name: String) throws(CheckpointError) -> JSONValue? {
            guard let bytes = try read(name) else { return nil }
            return try JSONValue(checkpointFile: name, bytes: bytes)
        }
        guard let config = try json("config.json") else {
            throw CheckpointError(
                file: "config.json", problem: "is missing", remedy: "Download it from the model's repository.")
        }
        let tokenizer = try read("tokenizer.json")
        if tokenizer == nil, requiresTokenizer {
            throw CheckpointError(
                file: "tokenizer.json", problem: "is missing",
                remedy: "Download it from the model's repository; other tokenizer formats are not supported.")
        }
        self.name = name
        self.location = location
        self.isBuiltin = isBuiltin
        self.tensors = tensors
        gguf = nil
        self.config = config
        generationConfig = try json("generation_config.json")
        tokenizerJSON = tokenizer ?? []
        tokenizerConfig = try json("tokenizer_config.json")
        if let template = try read("chat_template.jinja") {
            chatTemplate = String(decoding: template, as: UTF8.self)
        } else {
            chatTemplate = Self.template(in: tokenizerConfig)
        }
    }

    /// The typed configuration; throws for what is not supported.
    package func configuration() throws(CheckpointError) -> ModelConfiguration {
        if let gguf { return try gguf.configuration.parsed() }
        return try ModelConfiguration(config: config, generationConfig: generationConfig)
    }

    /// The sampling defaults of generation_config.json; throws for impossible values.
    package func generationDefaults() throws(CheckpointError) -> GenerationDefaults {
        if let gguf { return try gguf.configuration.generationDefaults() }
        return try GenerationDefaults(generationConfig)
    }

    static func header(of file: MappedFile) throws(CheckpointError) -> SafetensorsHeader {
        try file.withBytes { bytes throws(CheckpointError) in try SafetensorsHeader(parsing: bytes, file: file.name) }
    }

    /// The last component, except in Hugging Face's cache: `models--OWNER--NAME/snapshots/HASH` is OWNER/NAME.
    static func name(ofFolder path: String) -> String {
        let parts = path.split(separator: "/")
        if parts.count >= 3, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") {
            var repository = parts[parts.count - 3].dropFirst("models--".count)
            if let separator = repository.firstRange(of: "--") { repository.replaceSubrange(separator, with: "/") }
            return String(repository)
        }
        return parts.last.map(String.init) ?? path
    }

    /// `chat_template` is a string, or a list of named ones.
    private static func template(in tokenizerConfig: JSONValue?) -> String? {
        let template = tokenizerConfig?["chat_template"]
        if let text = template?.stringValue { return text }
        let named = template?.arrayValue?.first { $0["name"] == "default" }
        return named?["template"]?.stringValue
    }
}
