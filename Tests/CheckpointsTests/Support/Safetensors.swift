import Checkpoints

/// A tensor to be written.
struct TensorFixture {
    var name: String
    var shape: [Int]
    var type: ElementType = .f32
    /// Zeroes where nil.
    var bytes: [UInt8]?

    var byteCount: Int { shape.reduce(type.blockBytes, *) }
}

/// Writes safetensors files, right ones and wrong ones.
enum Safetensors {
    /// A well-formed file with its header padded to 8 bytes.
    static func file(_ tensors: [TensorFixture], pads: Bool = true) -> [UInt8] {
        var members: [String] = [#""__metadata__":{"format":"pt"}"#]
        var data: [UInt8] = []
        for tensor in tensors {
            let end = data.count + tensor.byteCount
            members.append(entry(tensor.name, tensor.type.rawValue, tensor.shape, data.count, end))
            data += tensor.bytes ?? [UInt8](repeating: 0, count: tensor.byteCount)
        }
        var header = "{\(members.joined(separator: ","))}"
        if pads { header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8) }
        return file(header: header, data: data)
    }

    /// Any header before any data.
    static func file(header: String, data: [UInt8]) -> [UInt8] {
        length(header.utf8.count) + Array(header.utf8) + data
    }

    static func length(_ count: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }

    static func entry(_ name: String, _ type: String, _ shape: [Int], _ start: Int, _ end: Int) -> String {
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
    }
}
