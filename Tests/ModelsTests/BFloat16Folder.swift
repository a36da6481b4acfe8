import Checkpoints
import Glibc
import JSON

/// A fixture's checkpoint in bf16, as safetensors in a folder of its own.
final class BFloat16Folder {
    private let path: String

    /// - Parameter change: applied to config.json.
    init(_ fixture: Fixture, changingConfiguration change: (inout JSONObject) -> Void = { _ in }) throws {
        var template = Array("/tmp/apus-models-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)

        let checkpoint = try fixture.checkpoint()
        var config = checkpoint.config.objectValue ?? JSONObject()
        change(&config)
        var header = JSONObject()
        var data: [UInt8] = []
        for tensor in checkpoint.tensors {
            let start = data.count
            let values = UnsafeRawBufferPointer(start: tensor.base, count: tensor.byteCount).bindMemory(to: Float.self)
            for value in values {
                // To nearest, ties to even.
                let bits = value.bitPattern
                let rounded = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
                data += [UInt8(truncatingIfNeeded: rounded), UInt8(rounded >> 8)]
            }
            header[tensor.name] = [
                "dtype": "BF16", "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(start), .integer(data.count)],
            ]
        }
        let text = Array(JSONValue.object(header).serialized().utf8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        write(length + text + data, to: "model.safetensors")
        write(Array(JSONValue.object(config).serialized().utf8), to: "config.json")
    }

    deinit {
        unlink("\(path)/model.safetensors")
        unlink("\(path)/config.json")
        rmdir(path)
    }

    func checkpoint() throws -> Checkpoint { try Checkpoint(directory: path, requiresTokenizer: false) }

    private func write(_ bytes: [UInt8], to name: String) {
        guard let file = fopen("\(path)/\(name)", "wb") else { fatalError("cannot write \(name): \(errno)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
