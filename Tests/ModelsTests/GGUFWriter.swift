import Checkpoints
import Glibc

/// Writes a GGUF file of version 3.
struct GGUFWriter {
    private var values: [[UInt8]] = []
    private var tensors: [(head: [UInt8], bytes: [UInt8])] = []

    private static let types: [ElementType: UInt32] = [
        .f32: 0, .f16: 1, .q4_0: 2, .q4_1: 3, .q5_0: 6, .q5_1: 7, .q8_0: 8, .q2_k: 10, .q3_k: 11, .q4_k: 12,
        .q5_k: 13, .q6_k: 14, .iq4_nl: 20, .iq4_xs: 23, .bf16: 30,
    ]

    mutating func add(_ key: String, _ value: Int) {
        values.append(text(key) + little(UInt32(4)) + little(UInt32(value)))
    }
    mutating func add(_ key: String, _ value: Bool) { values.append(text(key) + little(UInt32(7)) + [value ? 1 : 0]) }
    mutating func add(_ key: String, _ value: String) { values.append(text(key) + little(UInt32(8)) + text(value)) }

    mutating func add(_ key: String, _ value: Float) {
        values.append(text(key) + little(UInt32(6)) + little(value.bitPattern))
    }

    mutating func add(_ name: String, shape: [Int], type: ElementType, _ bytes: [UInt8]) {
        let dimensions = shape.reversed().flatMap { little(Int64($0)) }
        let head = text(name) + little(UInt32(shape.count)) + dimensions + little(Self.types[type] ?? .max)
        tensors.append((head, bytes))
    }

    private func bytes() -> [UInt8] {
        var result = Array("GGUF".utf8) + little(UInt32(3)) + little(UInt64(tensors.count))
        result += little(UInt64(values.count)) + values.flatMap { $0 }
        var offset = 0
        for (head, bytes) in tensors {
            result += head + little(UInt64(offset))
            offset += (bytes.count + 31) / 32 * 32
        }
        for (_, bytes) in tensors {
            result += [UInt8](repeating: 0, count: (32 - result.count % 32) % 32)
            result += bytes
        }
        return result
    }

    /// Writes a temporary file, opens it and removes its name.
    func open() throws -> Checkpoint {
        var template = Array("/tmp/apus-gguf-XXXXXX.gguf".utf8CString)
        let descriptor = mkstemps(&template, 5)
        guard descriptor >= 0, let file = fdopen(descriptor, "wb") else { fatalError("no temporary file: \(errno)") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let bytes = bytes()
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return try Checkpoint(path: path, requiresTokenizer: false)
    }
}

private func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
private func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
