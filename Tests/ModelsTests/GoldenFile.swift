import Glibc

/// Reads named i32 and f32 arrays from a safetensors file that numpy or torch wrote.
struct GoldenFile {
    private let header: String
    private let bytes: [UInt8]

    init(path: String) throws {
        var contents: [UInt8] = []
        guard let file = fopen(path, "rb") else { throw Missing(path: path) }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { contents += buffer[..<count] }
        let length = contents.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        header = String(decoding: contents[8..<8 + length], as: UTF8.self)
        bytes = Array(contents[(8 + length)...])
    }

    struct Missing: Error { let path: String }

    func integers(_ name: String) throws -> [Int32] { try values(name) { Int32(bitPattern: $0) } }
    func floats(_ name: String) throws -> [Float] { try values(name) { Float(bitPattern: $0) } }

    private func values<T>(_ name: String, _ convert: (UInt32) -> T) throws -> [T] {
        let parts = header.split(separator: "\"\(name)\":", maxSplits: 1)
        guard parts.count == 2, let list = parts[1].split(separator: "\"data_offsets\":[", maxSplits: 1).last else {
            throw Missing(path: name)
        }
        let offsets = list.prefix { $0 != "]" }.split(separator: ",").compactMap { Int($0) }
        guard offsets.count == 2 else { throw Missing(path: name) }
        return stride(from: offsets[0], to: offsets[1], by: 4).map { start in
            convert(bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }
}
