extension TensorPlan {
    /// Whether the checkpoint has MTP modules; transformers drops them when it saves a model.
    package func hasNextTokenLayers(in index: TensorIndex) -> Bool {
        items.contains { $0.nextTokenLayer != nil && index[$0.name] != nil }
    }

    /// Compares a checkpoint with the plan: every required tensor and every fp8 weight's scales are there, nothing
    /// unknown is, shapes and types fit. Throws one error that lists the first offenders of each kind.
    ///
    /// MTP modules are all there or all absent. Rotary frequencies that old checkpoints stored are ignored.
    package func check(_ index: TensorIndex) throws(CheckpointError) {
        var findings = TensorFindings(container: index.container)
        var known: Set<String> = []
        known.reserveCapacity(index.count)
        let expectsNextTokenLayers = hasNextTokenLayers(in: index)

        for item in items {
            let types = types(of: item.role, in: index.container)
            let asked = index.container == .gguf ? item.parts : []
            known.formUnion(asked.lazy.map(\.name))
            guard let tensor = index[item.name] else {
                let parts = asked.compactMap { part in index[part.name].map { (part, $0) } }
                if !parts.isEmpty, parts.count == asked.count {
                    for (part, tensor) in parts { findings.compare(tensor, shape: part.shape, types: types) }
                } else if !item.isOptional, item.nextTokenLayer == nil || expectsNextTokenLayers {
                    let name = index.container.tensorName(item.name)
                    findings.add(.missing, name, "\(name) \(item.shape)")
                }
                continue
            }
            known.insert(item.name)
            findings.compare(tensor, shape: item.shape, types: types)
            guard tensor.type == .f8e4m3, let blocks = configuration.quantization, item.shape.count == 2 else {
                continue
            }
            let scales = item.name + "_scale_inv"
            let shape = blocks.scaleShape(of: item.shape)
            known.insert(scales)
            if let tensor = index[scales] {
                findings.compare(tensor, shape: shape, types: [.f32])
            } else {
                findings.add(.missing, scales, "\(scales) \(shape), the scales of an F8_E4M3 weight", in: tensor.file)
            }
        }
        for tensor in index where !known.contains(tensor.name) && !isAside(tensor) {
            let name = index.container.tensorName(tensor.name)
            findings.add(
                .unknown, name, "\(name) \(tensor.type.rawValue) \(tensor.shape) in \(tensor.file)",
                in: tensor.file)
        }
        if let error = findings.error(files: index.fileNames) { throw error }
    }

    /// Rotary frequencies: those that old checkpoints stored, and Llama 3's divisors, which the configuration read.
    private func isAside(_ tensor: TensorView) -> Bool {
        if tensor.name.hasSuffix("rotary_emb.inv_freq") { return true }
        guard case .divisors = configuration.rope.scaling else { return false }
        return tensor.name == GGUFTensors.rotaryDivisors
    }
}
