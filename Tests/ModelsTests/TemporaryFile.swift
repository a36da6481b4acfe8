import Glibc

/// A name under /tmp that no file has yet; the file goes with it.
final class TemporaryFile {
    let path: String

    init() {
        var template = Array("/tmp/apus-models-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/model.gguf"
    }

    private let folder: String

    deinit {
        unlink(path)
        rmdir(folder)
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Whether a file is left that never was completed.
    var hasPartial: Bool { access(path + ".partial", F_OK) == 0 }

    func bytes() -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        fread(&bytes, 1, bytes.count, file)
        return bytes
    }

    func write(_ bytes: [UInt8]) {
        guard let file = fopen(path, "wb") else { fatalError("cannot write \(path): \(errno)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
