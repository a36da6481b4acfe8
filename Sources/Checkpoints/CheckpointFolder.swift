import Glibc
import JSON

/// A Hugging Face folder: its small files, and refusals of what is none.
struct CheckpointFolder {
    let path: String

    /// Throws when the path is no folder, saying what it is instead and what helps.
    init(_ path: String) throws(CheckpointError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        switch FileSystem.kind(path) {
        case .folder: break
        case .file, .other: throw Self.refusal(ofFile: path)
        case nil: throw Self.refusal(ofMissing: path)
        }
        guard FileSystem.kind(file("config.json")) != .file else { return }
        let names = try list()
        if names.contains("snapshots"), let snapshot = FileSystem.list(file("snapshots"))?.sorted().last {
            throw refusal("is a Hugging Face cache entry", "Pass the snapshot in it: \(path)/snapshots/\(snapshot)")
        }
        if let gguf = names.sorted().first(where: { $0.lowercased().hasSuffix(".gguf") }) {
            throw Self.refusal(ofGGUF: file(gguf))
        }
        throw CheckpointError(
            file: file("config.json"), problem: "is missing",
            remedy: "A model folder has config.json, tokenizer.json and *.safetensors, as on Hugging Face.")
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// A file's bytes; nil where it is absent. Throws when it cannot be read or is a Git LFS pointer.
    func bytes(_ name: String) throws(CheckpointError) -> [UInt8]? {
        guard FileSystem.kind(file(name)) != nil else { return nil }
        guard let bytes = FileSystem.read(file(name)) else {
            throw CheckpointError(
                file: name, problem: "cannot be read: \(String(cString: strerror(errno)))",
                remedy: "Check the file and its permissions: \(file(name))")
        }
        if GitLFSPointer.isPointer(bytes.span) { throw GitLFSPointer.error(file: name) }
        return bytes
    }

    func json(_ name: String) throws(CheckpointError) -> JSONValue? {
        guard let bytes = try bytes(name) else { return nil }
        return try JSONValue(checkpointFile: name, bytes: bytes)
    }

    func list() throws(CheckpointError) -> [String] {
        if let names = FileSystem.list(path) { return names }
        throw refusal(
            "cannot be listed: \(String(cString: strerror(errno)))", "Check the folder's permissions.")
    }

    /// The refusal of a folder without safetensors.
    func noWeights() -> CheckpointError {
        let names = (try? list())?.sorted() ?? []
        if let gguf = names.first(where: { $0.lowercased().hasSuffix(".gguf") }) {
            return Self.refusal(ofGGUF: file(gguf))
        }
        let pickled = names.first { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") || $0.hasSuffix(".pt") }
        if let pickled {
            return refusal(
                "has its weights in \(pickled), which is not supported",
                "Supported: safetensors. In transformers, save_pretrained(folder) writes them.")
        }
        return refusal("holds no *.safetensors file", "Download the weights into the folder.")
    }

    private func refusal(_ problem: String, _ remedy: String) -> CheckpointError {
        CheckpointError(file: path, problem: problem, remedy: remedy)
    }

    private static let supported =
        "Supported: a folder with config.json, tokenizer.json and *.safetensors, or a GGUF file."

    private static func refusal(ofGGUF path: String) -> CheckpointError {
        CheckpointError(
            file: path, problem: "is a GGUF file in a folder without safetensors",
            remedy: "Pass the file itself: \(path)")
    }

    private static func refusal(ofFile path: String) -> CheckpointError {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let belongs = path.hasSuffix(".safetensors") || path.hasSuffix(".json")
        return CheckpointError(
            file: path, problem: "is a file, neither a folder nor GGUF",
            remedy: belongs ? "Pass the folder that holds it: \(folder)" : supported)
    }

    private static func refusal(ofMissing path: String) -> CheckpointError {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isRepository =
            parts.count == 2
            && parts.allSatisfy { part in
                part.first.map { $0.isLetter || $0.isNumber } == true
                    && part.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
            }
        guard isRepository, let name = parts.last else {
            return CheckpointError(file: path, problem: "no such file or folder", remedy: supported)
        }
        return CheckpointError(
            file: path, problem: "no such file or folder; models are not downloaded by name",
            remedy:
                "If it is a Hugging Face repository, run `hf download \(path) --local-dir \(name)` and pass \(name).")
    }
}

extension JSONValue {
    /// Parses a checkpoint's file; the error names file, line and column.
    init(checkpointFile name: String, bytes: [UInt8]) throws(CheckpointError) {
        do { try self.init(parsing: bytes) } catch {
            throw CheckpointError(
                file: name, problem: "is no JSON (\(error))", remedy: CheckpointError.correctConfiguration)
        }
    }
}
