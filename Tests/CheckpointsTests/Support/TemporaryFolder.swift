import Glibc

/// A folder under /tmp that goes when it is released.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/apus-checkpoints-XXXXXX".utf8CString)
        guard let folder = mkdtemp(&template) else { fatalError("no temporary folder: \(errno)") }
        path = String(cString: folder)
    }

    deinit { Self.remove(path) }

    func write(_ bytes: [UInt8], to name: String) {
        let parts = name.split(separator: "/").dropLast()
        for count in 0..<parts.count { mkdir("\(path)/\(parts[0...count].joined(separator: "/"))", 0o755) }
        guard let file = fopen("\(path)/\(name)", "wb") else { fatalError("cannot write \(name): \(errno)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

    func remove(_ name: String) { unlink("\(path)/\(name)") }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
