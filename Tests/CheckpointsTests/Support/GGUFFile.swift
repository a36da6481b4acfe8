/// Writes GGUF files, right ones and wrong ones.
struct GGUFFile {
    struct Value {
        var key: [UInt8]
        var type: UInt32
        var bytes: [UInt8]

        init(_ key: String, type: UInt32, _ bytes: [UInt8]) {
            self.key = Array(key.utf8)
            self.type = type
            self.bytes = bytes
        }

        static func integer(_ key: String, _ value: Int) -> Value { Value(key, type: 4, little(UInt32(value))) }
        static func float(_ key: String, _ value: Float) -> Value { Value(key, type: 6, little(value.bitPattern)) }
        static func string(_ key: String, _ value: String) -> Value { Value(key, type: 8, text(Array(value.utf8))) }
        static func flag(_ key: String, _ value: Bool) -> Value { Value(key, type: 7, [value ? 1 : 0]) }

        static func array(_ key: String, type: UInt32, count: Int, _ bytes: [UInt8]) -> Value {
            Value(key, type: 9, little(type) + little(UInt64(count)) + bytes)
        }

        static func strings(_ key: String, _ values: [String]) -> Value {
            array(key, type: 8, count: values.count, values.flatMap { text(Array($0.utf8)) })
        }
    }

    struct Tensor {
        var name: String
        /// In the file's order.
        var dimensions: [Int64]
        var type: UInt32 = 0
        var byteCount: Int
        /// Behind the tensor before unless given.
        var offset: UInt64?

        /// F32, its shape in the usual order.
        init(_ name: String, _ shape: [Int]) {
            self.name = name
            dimensions = shape.reversed().map(Int64.init)
            byteCount = 4 * shape.reduce(1, *)
        }
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var valueCount: UInt64?
    var values: [Value] = []
    var tensors: [Tensor] = []
    var alignment = 32

    func bytes() -> [UInt8] {
        var bytes = magic + Self.little(version)
        bytes += Self.little(tensorCount ?? UInt64(tensors.count)) + Self.little(valueCount ?? UInt64(values.count))
        for value in values { bytes += Self.text(value.key) + Self.little(value.type) + value.bytes }
        var end = 0
        for tensor in tensors {
            let offset = (end + alignment - 1) / alignment * alignment
            bytes += Self.text(Array(tensor.name.utf8)) + Self.little(UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { bytes += Self.little(dimension) }
            bytes += Self.little(tensor.type) + Self.little(tensor.offset ?? UInt64(offset))
            end = offset + tensor.byteCount
        }
        if !tensors.isEmpty { bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment) }
        return bytes + [UInt8](repeating: 0, count: end)
    }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
    static func text(_ bytes: [UInt8]) -> [UInt8] { little(UInt64(bytes.count)) + bytes }
}

private func little(_ value: some FixedWidthInteger) -> [UInt8] { GGUFFile.little(value) }
private func text(_ bytes: [UInt8]) -> [UInt8] { GGUFFile.text(bytes) }
