import CBuiltinModel

extension Checkpoint {
    /// The model that is linked into the binary.
    package static func builtin() throws(CheckpointError) -> Checkpoint {
        var files: [String: UnsafeRawBufferPointer] = [:]
        var ordinal = 0
        while let file = builtin_model_file(ordinal) {
            let bytes = UnsafeRawBufferPointer(start: file.pointee.bytes, count: file.pointee.length)
            files[String(cString: file.pointee.name)] = bytes
            ordinal += 1
        }
        let weights = "model.safetensors"
        guard let bytes = files[weights], let base = bytes.baseAddress else {
            preconditionFailure("the built-in model has no weights")
        }
        let file = MappedFile(permanent: base, byteCount: bytes.count, name: weights)
        let tensors = try TensorIndex([(file, try header(of: file))])
        return try Checkpoint(
            name: "apus-nano", location: "built-in", isBuiltin: true, tensors: tensors, requiresTokenizer: true
        ) { name throws(CheckpointError) in files[name].map { Array($0) } }
    }
}
