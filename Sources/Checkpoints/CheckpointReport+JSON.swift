package import JSON

extension CheckpointReport {
    /// The same facts for programs; sizes in bytes.
    package func json() -> JSONValue {
        var object: JSONObject = [
            "name": .string(name),
            "location": .string(location),
            "architecture": .string(configuration.architecture.rawValue),
            "layers": .integer(configuration.layerCount),
            "hidden_size": .integer(configuration.hiddenSize),
            "vocabulary_size": .integer(configuration.vocabularySize),
            "context_length": .integer(configuration.contextLength),
            "parameters": .integer(parameterCount),
            "active_parameters": .integer(activeParameterCount),
            "mtp_parameters": .integer(nextTokenParameterCount),
            "files": .integer(fileCount),
            "quantization": quantization.map { .string($0.rawValue) } ?? .null,
            "weight_bytes": .integer(weightBytes),
            "dtypes": .object(JSONObject(types.map { ($0.type.rawValue, json(of: $0)) })),
            "kv_bytes_per_token": .integer(cacheBytesPerToken),
        ]
        if let memory, let tokens = cacheTokensThatFit {
            object["memory"] = [
                "total_bytes": .integer(memory.total),
                "available_bytes": .integer(memory.available),
                "group_limit_bytes": memory.groupLimit.map { .integer($0) } ?? .null,
                "fits": .bool(weightBytes <= memory.available),
                "kv_tokens": .integer(tokens),
            ]
        }
        return .object(object)
    }

    private func json(of share: TypeShare) -> JSONValue {
        [
            "tensors": .integer(share.tensorCount), "values": .integer(share.elementCount),
            "bytes": .integer(share.byteCount),
        ]
    }
}
